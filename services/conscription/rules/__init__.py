"""The laws of conscription as calculations that show their working, without clock, database or texts."""
