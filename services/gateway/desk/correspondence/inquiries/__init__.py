"""Inquiries, for the mission that answers."""
