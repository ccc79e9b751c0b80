"""What an operator sees of a running process: metrics and traces, without anybody's data."""
