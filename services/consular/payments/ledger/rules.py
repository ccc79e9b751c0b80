"""The rule of the ledger: an entry balances in every currency."""

from collections.abc import Iterable

from shared.values.money import Money


def unbalanced(amounts: Iterable[Money]) -> dict[str, int]:
    """Currencies whose sum is not zero, with the sum; empty for a balanced entry."""
    sums: dict[str, int] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, 0) + money.amount
    return {currency: total for currency, total in sums.items() if total}
