"""Applications as they are shown: whole, in the queue, by their stage alone."""
