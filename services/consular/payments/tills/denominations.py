"""The coins and notes of each currency, in minor units, as the data have them."""

from functools import cache

from services.consular.data import rows_of
from services.consular.payments.tills.rules import NoSuchPiece, count
from shared.errors import Invalid
from shared.values.money import Money


@cache
def denominations() -> dict[str, tuple[int, ...]]:
    """The values of a currency's coins and notes, the largest first."""
    return {
        row["currency"]: tuple(sorted({int(value) for value in f"{row['coins']} {row['notes']}".split()}, reverse=True))
        for row in rows_of("denomination")
    }


def counted(currency: str, pieces: dict[str, int]) -> Money:
    """The sum of what was counted. Raises Invalid (unknown_choice for a currency, no_such_piece)."""
    known = denominations().get(currency)
    if known is None:
        raise Invalid("unknown_choice", field="currency")
    try:
        return count(currency, pieces, known)
    except NoSuchPiece as wrong:
        raise Invalid("no_such_piece", field="pieces", piece=wrong.piece) from wrong
