"""Checks of the code: style, types, sizes, imports, names, days."""
