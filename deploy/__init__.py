"""Everything that sets Mahjar up, starts it, checks it and takes it down again."""
