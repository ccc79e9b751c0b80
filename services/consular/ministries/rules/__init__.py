"""What may be asked of a ministry, what it may answer, and by when."""
