"""Runs tests, database, browser and demo under a shifted clock, at instants at which software errs about days."""
