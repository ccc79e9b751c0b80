"""Simulations of the rules of appointments, driving the real verbs on a real PostgreSQL in simulated time."""
