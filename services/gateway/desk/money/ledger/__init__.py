"""The mission's ledger: trial balance, closed days, exports."""
