"""A booklet goes its way: from the stock to its holder, or out of use; never back."""

import pytest

from services.consular.passports.rules import CHANGES, State, sources_of
from shared.catalogue.reasons import SPOIL_REASONS


def test_every_way_of_a_booklet_is_one_of_these() -> None:
    assert {str(state): {str(after) for after in changes} for state, changes in CHANGES.items()} == {
        "in_stock": {"assigned", "spoiled"},
        "assigned": {"collected", "spoiled"},
        "collected": set(),
        "spoiled": set(),
    }


@pytest.mark.parametrize(
    ("state", "sources"),
    [
        (State.IN_STOCK, ()),
        (State.ASSIGNED, (State.IN_STOCK,)),
        (State.COLLECTED, (State.ASSIGNED,)),
        (State.SPOILED, (State.IN_STOCK, State.ASSIGNED)),
    ],
)
def test_a_state_is_entered_from_these_alone(state: State, sources: tuple[State, ...]) -> None:
    assert sources_of(state) == sources


def test_a_booklet_is_spoiled_for_a_reason_of_these() -> None:
    assert SPOIL_REASONS == ("misprint", "damaged", "wrong_data", "missing")
