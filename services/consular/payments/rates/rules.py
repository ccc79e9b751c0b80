"""The rules of exchange rates: how long one may be used, how two make a third, and how far one may jump."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Context, Decimal
from itertools import pairwise

RATE_DIGITS = Context(prec=24)
RATE_PLACES = Decimal(1).scaleb(-12)
BRIDGES = ("USD", "EUR")
PEG, ECB, MISSION_TABLE = "peg", "ecb", "mission_table"
# How long a reference rate of the European Central Bank may be used: over Easter and Christmas it publishes none.
ECB_MAX_AGE_DAYS = 7
# A rate that moved further than this since the last one is probably a slip of the pen.
BAND = Decimal("0.10")
# The pound of before 2026 and the new one: the law exchanges them, the market does not.
POUNDS = frozenset({"SYP-OLD", "SYP-NEW"})


@dataclass(frozen=True)
class Rate:
    """Units of `quote` for one unit of `base`, as its source published it for a day. `source` is a code.

    `until` is the last day on which it may be used; None for a peg.
    """

    base: str
    quote: str
    rate: Decimal
    on: date
    source: str
    until: date | None = None

    def may_be_used_on(self, day: date) -> bool:
        """Whether it is not too old on a day."""
        return self.until is None or day <= self.until


def cross(rates: Mapping[tuple[str, str], Rate], base: str, quote: str, on: date) -> Rate | None:
    """The rate from one currency to another: published, inverted, or through the dollar or the euro.

    The first one that is not too old on the day counts; where all are too old, the first, which says so itself. It is
    dated by its oldest part and named after the part that is no peg. It has twelve decimals, as it is stored.
    """
    if {base, quote} == POUNDS:
        return None
    crossed = [rate for path in _paths(base, quote) if (rate := _along(rates, path)) is not None]
    fresh = (rate for rate in crossed if rate.may_be_used_on(on))
    return next(fresh, crossed[0] if crossed else None)


def _paths(base: str, quote: str) -> Iterable[tuple[str, ...]]:
    yield base, quote
    yield from ((base, bridge, quote) for bridge in BRIDGES if bridge not in (base, quote))


def _along(rates: Mapping[tuple[str, str], Rate], path: tuple[str, ...]) -> Rate | None:
    legs = [leg for pair in pairwise(path) if (leg := _leg(rates, *pair)) is not None]
    if len(legs) < len(path) - 1:
        return None
    value = Decimal(1)
    for leg in legs:
        value = RATE_DIGITS.multiply(value, leg.rate)
    source = next((leg.source for leg in legs if leg.source != PEG), PEG)
    until = min((leg.until for leg in legs if leg.until is not None), default=None)
    return Rate(path[0], path[-1], value.quantize(RATE_PLACES), min(leg.on for leg in legs), source, until)


def _leg(rates: Mapping[tuple[str, str], Rate], base: str, quote: str) -> Rate | None:
    direct = rates.get((base, quote))
    if direct is not None:
        return direct
    inverse = rates.get((quote, base))
    if inverse is None:
        return None
    return replace(inverse, base=base, quote=quote, rate=RATE_DIGITS.divide(Decimal(1), inverse.rate))


def jump(last: Decimal, new: Decimal) -> Decimal:
    """By which part of the last rate the new one differs from it, without sign."""
    return abs(RATE_DIGITS.divide(new - last, last))


def is_outside_band(last: Decimal, new: Decimal) -> bool:
    """Whether a rate moved too far since the last one to be taken without a second look."""
    return jump(last, new) > BAND
