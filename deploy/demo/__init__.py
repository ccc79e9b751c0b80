"""Plays every transaction through the real pages, as an expatriate, an officer, a cashier and a clerk would."""
