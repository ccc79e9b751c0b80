"""Four readers of PDFs, and whether each gives back what our papers say; `python -m tests.readers` asks them all."""
