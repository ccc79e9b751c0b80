"""The cash of the counter: tills, their day sheets, deposits."""
