"""Inquiries, for the people who ask."""
