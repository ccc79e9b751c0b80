"""The rules of a price: its lines, and the conversion of a tariff to the money that a mission takes."""

from dataclasses import dataclass

from services.consular.payments.rates.rules import Rate
from shared.values.money import Money, exponent

# docs.stripe.com/currencies: the last of three decimals of a charge is zero, and so it is at other card networks.
CARD_STEP = 10


@dataclass(frozen=True)
class PricedLine:
    """A line of a price: `tariff` is the legal amount, `collected` what the mission takes for it; both positive."""

    line: str
    beneficiary: str
    tariff: Money
    collected: Money
    source: str
    certainty: str
    rate: Rate | None = None

    def serialise(self) -> dict[str, object]:
        """As the interface shows it; the rate is text, so that no reader turns it into a float."""
        rate = self.rate
        return {
            "line": self.line,
            "beneficiary": self.beneficiary,
            "tariff": {"amount": self.tariff.amount, "currency": self.tariff.currency},
            "collected": {"amount": self.collected.amount, "currency": self.collected.currency},
            "amount": self.collected.amount,
            "currency": self.collected.currency,
            "source": self.source,
            "certainty": self.certainty,
            "rate": None
            if rate is None
            else {
                "value": f"{rate.rate.normalize():f}",
                "from": rate.base,
                "to": rate.quote,
                "source": rate.source,
                "on": rate.on.isoformat(),
            },
        }


def collected_money(tariff: Money, rate: Rate) -> Money:
    """A tariff in the mission's currency, rounded half-up to its minor unit; where that is a thousandth, to ten of
    them, because cards are charged in hundredths. A card pays exactly this."""
    return tariff.convert(rate.rate, rate.quote, step=CARD_STEP if exponent(rate.quote) == 3 else 1)


def cash_money(owed: Money, currency: str, step: int) -> Money:
    """What the counter takes for an owed sum: rounded half-up to the smallest coin of the mission's `currency`.

    Other currencies are taken as they are. A positive sum never becomes nothing: it is one coin at least.
    """
    if owed.currency != currency or not owed.amount:
        return owed
    rounded = owed.rounded(step)
    return rounded if rounded.amount else Money(step, currency)
