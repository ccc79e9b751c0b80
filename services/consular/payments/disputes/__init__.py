"""Disputed card payments: the payer's bank takes the money back, for the time being or for good."""
