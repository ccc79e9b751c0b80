"""The two numbers: the announcement counted nineteen services and named twenty-two; one item of it is four entries."""

from collections.abc import Iterable

from shared.catalogue.model import Transaction

# The statements of single events, which the announcement counts as one; each has its own questions and papers here.
VITAL_EVENTS = ("marriage-statement", "divorce-statement", "birth-statement", "death-statement")
ANNOUNCED, NAMED = 19, 22


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
