"""Stand-ins for the outside world, for trying the platform out; none of them belongs in production."""
