"""The states of a booklet: each serial number is accounted for from the stock to the collection."""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """The state of a booklet."""

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


def sources_of(state: State) -> tuple[State, ...]:
    """The states from which a booklet can enter this one."""
    return tuple(source for source, targets in CHANGES.items() if state in targets)
