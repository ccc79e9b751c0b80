"""Clients for letters to ministries, notices and inquiries."""
