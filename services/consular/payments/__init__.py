"""Money of the mission: what a transaction costs, what was taken, what is owed back, and the ledger that proves it."""
