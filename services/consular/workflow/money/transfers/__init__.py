"""Bank transfers: what payers need for one, what a line of a statement settles, what officers decide about it."""
