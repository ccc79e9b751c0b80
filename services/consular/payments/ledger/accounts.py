"""The names of the ledger's accounts. Debit is positive: what the mission holds; credit negative: what it owes."""

# What card providers hold for the mission; the bank's account of the mission; cash on its way to the bank; the safe.
CARD = "card"
BANK = "bank"
DEPOSITS = "deposits"
SAFE = "safe"
# What the ministry has advanced for the mission's safe; owed to it.
ADVANCE = "advance"
# Money whose purpose is unclear, and money owed back to payers.
SUSPENSE = "suspense"
REFUNDS = "refunds"
# Both legs of a conversion; what a rate that has changed since makes of it; what a till lacks (debit).
EXCHANGE = "exchange"
EXCHANGE_DIFFERENCE = "exchange_difference"
TILL_VARIANCE = "till_variance"
# Money that a payer's bank has taken back until the dispute is decided; what the mission bears of lost ones (debit).
DISPUTES = "disputes"
DISPUTE_LOSSES = "dispute_losses"
# What the smallest coin of a counter adds to prices or takes from them.
ROUNDING = "rounding"
# What the mission's bank keeps for itself, and what it kept of a payer's transfer.
BANK_CHARGES = "bank_charges"


def cash_of(officer: str) -> str:
    """The account of an officer's till."""
    return f"cash:{officer}"


def due_to(beneficiary: str) -> str:
    """The account of the income of the authority that receives a fee."""
    return f"due:{beneficiary}"
