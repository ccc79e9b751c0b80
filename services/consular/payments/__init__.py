"""Money of the mission: prices, payments, refunds, and the ledger that proves them."""
