"""Writes the files of a new transaction of a known shape; texts are left for a person to write."""
