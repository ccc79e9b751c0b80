"""Who applies for whom, and whether a person was here before."""
