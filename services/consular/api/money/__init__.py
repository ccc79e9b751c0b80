"""Money over HTTP: prices, payments, refunds, tills, the ledger and the books."""
