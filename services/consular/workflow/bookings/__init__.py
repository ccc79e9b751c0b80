"""Bookings of an older platform: claimed by their owner, or expired."""
