"""Clients for what a mission offers, its figures, its proposals and its parked messages."""
