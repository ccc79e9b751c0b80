"""Checks of texts: their keys, and the values that keys are composed of."""
