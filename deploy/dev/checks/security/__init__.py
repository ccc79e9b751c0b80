"""Checks of what is installed, and of known ways to write a hole."""
