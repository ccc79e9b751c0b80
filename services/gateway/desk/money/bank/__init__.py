"""The bank at the desk: statements, money in suspense, and the books of the day."""
