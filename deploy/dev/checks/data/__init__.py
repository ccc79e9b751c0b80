"""Checks of the catalogue, of reference data and of generated pages."""
