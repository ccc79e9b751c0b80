"""What can become of a booklet: each serial number is accounted for from the box to the holder's hand."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where a booklet is."""

    IN_STOCK = "in_stock"
    ASSIGNED = "assigned"
    COLLECTED = "collected"
    SPOILED = "spoiled"


CHANGES: Mapping[State, frozenset[State]] = {
    State.IN_STOCK: frozenset({State.ASSIGNED, State.SPOILED}),
    State.ASSIGNED: frozenset({State.COLLECTED, State.SPOILED}),
    State.COLLECTED: frozenset(),
    State.SPOILED: frozenset(),
}

SPOIL_REASONS = ("misprint", "damaged", "wrong_data", "missing")


def sources_of(state: State) -> tuple[State, ...]:
    """The states a booklet can come from."""
    return tuple(source for source, targets in CHANGES.items() if state in targets)
