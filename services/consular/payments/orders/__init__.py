"""Debts of applications: frozen quotes, orders, the attempts to pay them, and receipts."""
