"""The four services, one folder each."""
