"""Numbered revisions, each written out as what it made."""
