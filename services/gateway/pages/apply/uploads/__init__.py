"""Uploads of an application: their page, and large files in parts."""
