"""Money at the desk: prices, tills, money owed back, the bank and the ledger."""
