"""The queue of cases, and what of it an officer wants to see."""
