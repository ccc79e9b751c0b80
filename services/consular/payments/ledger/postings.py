"""The legs of an entry before it is booked. Debit is positive, credit negative, in minor units."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.consular.payments.ledger.accounts import EXCHANGE, ROUNDING, due_to
from services.consular.payments.tariffs.rules import PricedLine
from shared.values.money import Money, total


@dataclass(frozen=True)
class Posting:
    """One leg to be booked: a debit if the money is positive, a credit if negative."""

    account: str
    money: Money


def payment_postings(into: str, lines: Sequence[PricedLine], taken: Money) -> list[Posting]:
    """The legs of money taken into the account `into`. Each line credits its beneficiary with the tariff.

    Where the money is of another currency, the exchange account takes the one and gives the other, so that both
    balance. Where `taken`, the coins, are more or less than the price, the rounding account has the rest.
    """
    postings: list[Posting] = []
    for line in lines:
        owed = due_to(line.beneficiary)
        postings.append(Posting(into, line.collected))
        if line.collected.currency == line.tariff.currency:
            postings.append(Posting(owed, -line.collected))
        else:
            postings += [
                Posting(EXCHANGE, -line.collected),
                Posting(EXCHANGE, line.tariff),
                Posting(owed, -line.tariff),
            ]
    rest = taken - total([line.collected for line in lines])
    if rest.amount:
        postings += [Posting(into, rest), Posting(ROUNDING, -rest)]
    return postings
