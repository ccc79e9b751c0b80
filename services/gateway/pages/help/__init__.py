"""Help for whoever does not know how to go on."""
