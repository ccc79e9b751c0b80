"""Money owed back: to the payer of a refused application, or of a payment that does not fit."""
