"""Scenarios: what an expatriate, an officer, a cashier and a clerk do with each transaction, through the real pages."""
