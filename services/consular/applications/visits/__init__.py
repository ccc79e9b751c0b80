"""Turns and visits in person, as they belong to an application."""
