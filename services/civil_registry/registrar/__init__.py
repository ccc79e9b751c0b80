"""Contradictions in the register: a registrar sees both sides of each and settles it once."""
