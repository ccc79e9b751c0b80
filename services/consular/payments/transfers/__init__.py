"""Bank transfers: the mission's account, the payer's reference, bank statements and what is booked from them."""
