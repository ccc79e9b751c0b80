"""A forgotten password."""
