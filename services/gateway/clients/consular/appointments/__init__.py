"""Clients for appointments, draws and the waiting hall."""
