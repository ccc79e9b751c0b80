"""Money owed back: the list with ages, one refund, files for the bank."""
