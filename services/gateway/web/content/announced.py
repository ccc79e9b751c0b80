"""The two numbers: the announcement counted nineteen services and named twenty-two; one item of it is four entries."""

from collections.abc import Collection, Iterable

from shared.catalogue.model import Transaction

# The statements of single events, which the announcement counts as one; each has its own questions and papers here.
VITAL_EVENTS = ("marriage-statement", "divorce-statement", "birth-statement", "death-statement")
# What the announcement named, in its own order. An entry that came later is in the catalogue and was not announced.
NAMED = (
    "criminal-record",
    "individual-extract",
    "family-extract",
    *VITAL_EVENTS,
    "movement-statement",
    "passport-renewal",
    "driving-licence-check",
    "passport-first",
    "passport-first-urgent",
    "passport-renewal-urgent",
    "passport-lost",
    "passport-damaged",
    "embassy-queue-riyadh",
    "cash-allowance",
    "reserve-cash-allowance",
    "missed-service-allowance",
    "residence-deferral",
    "residence-deferral-renewal",
    "visit-facilitation",
)


def announced(entries: Iterable[Transaction]) -> list[tuple[Transaction, ...]]:
    """The items of the announcement in the order of the entries: the four statements together, the others alone."""
    items: list[tuple[Transaction, ...]] = []
    vital_events: list[Transaction] = []
    for entry in entries:
        if entry.slug not in VITAL_EVENTS:
            items.append((entry,))
            continue
        if not vital_events:
            index = len(items)
        vital_events.append(entry)
    if vital_events:
        items.insert(index, tuple(vital_events))
    return items


def counts(entries: Collection[Transaction]) -> dict[str, int]:
    """How many services the announcement counted, and how many entries there are here, those that came later too."""
    return {"announced": len(announced(entry for entry in entries if entry.slug in NAMED)), "named": len(entries)}
