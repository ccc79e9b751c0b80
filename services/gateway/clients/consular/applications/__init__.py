"""Clients for applications, cases at the desk, older bookings and issued documents."""
