"""By which instant waiting people are ordered, and what may become of a ticket."""

from datetime import UTC, datetime, timedelta

import pytest

from services.consular.appointments.hall.rules import FROM, PARK_REASONS, TicketState, competes_at
from services.gateway.desk.appointments.hall.hall import REASONS

HOUR = datetime(2026, 11, 29, 7, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("starts", "arrived", "expected"),
    [
        (0, -40, 0),
        (0, 0, 0),
        (0, 15, 0),
        (0, 16, 16),
        (0, 90, 90),
        (None, 0, 45),
    ],
)
def test_the_hour_counts_until_a_quarter_after_it(starts: int | None, arrived: int, expected: int) -> None:
    at = None if starts is None else HOUR + timedelta(minutes=starts)
    assert competes_at(at, HOUR + timedelta(minutes=arrived)) == HOUR + timedelta(minutes=expected)


def test_what_may_become_of_a_ticket() -> None:
    assert {state.value: sorted(each.value for each in FROM[state]) for state in FROM} == {
        "called": ["missed", "parked", "waiting"],
        "serving": ["called"],
        "parked": ["serving"],
        "missed": ["called"],
        "done": ["serving"],
    }
    assert TicketState.WAITING not in FROM
    assert REASONS == PARK_REASONS
