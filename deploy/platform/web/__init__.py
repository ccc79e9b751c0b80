"""The web servers: their worker with limits, and what a service makes ready before its first request."""
