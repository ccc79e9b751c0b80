"""What the documents of the register say, and the contradictions that keep them from being issued."""
