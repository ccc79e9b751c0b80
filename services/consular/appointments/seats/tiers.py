"""The two tiers of an appointment, urgent and regular: which one an application has, and how a day is divided."""

from collections.abc import Mapping

from shared.catalogue import CATALOGUE
from shared.catalogue.conditions import REGULAR, URGENT, is_urgent

TIERS = (REGULAR, URGENT)
# Entries that are urgent as a whole; others ask for the tier, or have none.
_URGENT_ENTRIES = frozenset(entry.urgent for entry in CATALOGUE.values() if entry.urgent)


def tier_of(transaction: str, answers: Mapping[str, object]) -> str:
    """The tier of an application."""
    return URGENT if transaction in _URGENT_ENTRIES or is_urgent(answers) else REGULAR


def limits(daily_quota: int, urgent_quota: int, seats: int) -> dict[str, int]:
    """How many appointments each tier takes on a day with so many seats.

    Without an urgent quota both take whatever is left. With one neither takes from the other; on a day with fewer
    seats than the quota both shrink in proportion, and each keeps one where there are two.
    """
    day = min(daily_quota, seats)
    if urgent_quota <= 0:
        return dict.fromkeys(TIERS, day)
    urgent = min(urgent_quota, -(-urgent_quota * day // daily_quota)) if daily_quota else 0
    if day > 1:
        urgent = min(urgent, day - 1)
    return {REGULAR: day - urgent, URGENT: urgent}
