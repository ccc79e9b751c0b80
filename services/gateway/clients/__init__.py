"""Clients of the three services that the gateway asks. Only this package speaks HTTP."""
