"""Servers beside the platform, and the runner."""
