"""Clients for payments, money owed back, tills, bank and ledger."""
