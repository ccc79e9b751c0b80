"""Clients for mandates and checks of identity."""
