"""What working days are promised for: each transaction, or each speed of one that is sold at several."""

from shared.catalogue import CATALOGUE
from shared.catalogue.model import Transaction

# An appointment is chosen: nothing is promised of it.
CHOSEN = "turn"


def promise_key(slug: str, tier: str | None) -> str:
    """The name of a promise: that of the transaction, with its speed where it has several."""
    return f"{slug}:{tier}" if tier else slug


def split_key(key: str) -> tuple[str, str | None]:
    """The transaction and the speed of such a name."""
    slug, _, tier = key.partition(":")
    return slug, tier or None


def _keys(entry: Transaction) -> list[str]:
    return [promise_key(entry.slug, tier.name) for tier in entry.tiers] or [entry.slug]


PROMISES: tuple[str, ...] = tuple(
    key for entry in CATALOGUE.values() if entry.outcome != CHOSEN for key in _keys(entry)
)
