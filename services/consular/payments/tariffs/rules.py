"""The rules of a price: its lines, and the conversion of a tariff to the money that a mission takes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from itertools import pairwise

from shared.values.money import Money

RATE_DIGITS = Context(prec=24)
RATE_PLACES = Decimal(1).scaleb(-12)
BRIDGES = ("USD", "EUR")
PEG = "peg"


@dataclass(frozen=True)
class Rate:
    """Units of `quote` for one unit of `base`, as its source published it for a day. `source` is a code."""

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str


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


def _paths(base: str, quote: str) -> Iterable[tuple[str, ...]]:
    yield base, quote
    yield from ((base, bridge, quote) for bridge in BRIDGES if bridge not in (base, quote))


def cross(rates: Mapping[tuple[str, str], Rate], base: str, quote: str) -> Rate | None:
    """The rate from one currency to another: published, inverted, or through the dollar or the euro.

    It is dated by its oldest part and named after the part that is no peg. It has twelve decimals, as it is stored.
    """
    for path in _paths(base, quote):
        legs = [_leg(rates, *pair) for pair in pairwise(path)]
        found_legs = [leg for leg in legs if leg is not None]
        if len(found_legs) == len(legs):
            value = Decimal(1)
            for leg in found_legs:
                value = RATE_DIGITS.multiply(value, leg.rate)
            source = next((leg.source for leg in found_legs if leg.source != PEG), PEG)
            return Rate(base, quote, value.quantize(RATE_PLACES), min(leg.on for leg in found_legs), source)
    return None


def _leg(rates: Mapping[tuple[str, str], Rate], base: str, quote: str) -> Rate | None:
    direct = rates.get((base, quote))
    if direct is not None:
        return direct
    inverse = rates.get((quote, base))
    if inverse is None:
        return None
    return Rate(base, quote, RATE_DIGITS.divide(Decimal(1), inverse.rate), inverse.on, inverse.source)


def collected_money(tariff: Money, rate: Rate, cash_step: int) -> Money:
    """A tariff in the mission's currency: rounded half-up to its minor unit, then half-up to its cash step."""
    return tariff.convert(rate.rate, rate.quote).rounded(cash_step)
