"""The names of the ledger's accounts."""

CARD = "card"
EXCHANGE = "exchange"
SUSPENSE = "suspense"
REFUNDS = "refunds"
# What the smallest coin of a counter adds to prices or takes from them.
ROUNDING = "rounding"


def cash_of(officer: str) -> str:
    """The account of an officer's cash."""
    return f"cash:{officer}"


def due_to(beneficiary: str) -> str:
    """The account of what is owed to the authority that receives a fee."""
    return f"due:{beneficiary}"
