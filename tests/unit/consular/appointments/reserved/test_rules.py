"""Releases of freed seats by the mission's wall clock, the end of an offer, the order of the waiting list."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.consular.appointments.reserved.rules import (
    last_release,
    list_order,
    next_release,
    offer_until,
    releases,
)

TEN = time(10)
RIYADH, BERLIN = "Asia/Riyadh", "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "zone", "expected"),
    [
        ("2026-11-30T05:00", RIYADH, "2026-11-30T07:00"),
        # Ten is an hour and a second away, then less than the rest of an hour.
        ("2026-11-30T05:59:59", RIYADH, "2026-11-30T07:00"),
        ("2026-11-30T06:00", RIYADH, "2026-11-30T07:00"),
        ("2026-11-30T06:00:01", RIYADH, "2026-12-01T07:00"),
        # The day on which the clock goes forward, and the one on which it goes back.
        ("2027-03-27T12:00", BERLIN, "2027-03-28T08:00"),
        ("2027-10-30T12:00", BERLIN, "2027-10-31T09:00"),
        ("2028-02-28T12:00", BERLIN, "2028-02-29T09:00"),
    ],
)
def test_a_freed_seat_rests_until_the_next_release(now: str, zone: str, expected: str) -> None:
    assert next_release(at(now), 60, TEN, zone) == at(expected)


def test_releases_are_published_ahead_and_the_last_one_is_behind() -> None:
    now = at("2026-11-30T07:00")
    assert releases(now, TEN, RIYADH, 3) == [now + timedelta(days=days) for days in range(3)]
    assert last_release(now, TEN, RIYADH) == now
    assert last_release(now - timedelta(seconds=1), TEN, RIYADH) == now - timedelta(days=1)


def test_an_offer_ends_before_half_of_the_time_left() -> None:
    now = at("2026-11-30T07:00")
    assert offer_until(now, now + timedelta(days=30), 48) == now + timedelta(hours=48)
    assert offer_until(now, now + timedelta(hours=30), 48) == now + timedelta(hours=15)


def test_the_list_goes_by_draws_lost_then_by_the_day_and_never_by_the_minute() -> None:
    early, late = date(2026, 11, 1), date(2026, 11, 2)
    order = sorted(
        [(0, early, "a"), (2, late, "b"), (0, late, "c"), (2, early, "d")], key=lambda each: list_order(*each)
    )
    assert [code for _, _, code in order] == ["d", "b", "a", "c"]
    codes = [f"W{number}" for number in range(50)]
    assert sorted(codes, key=lambda code: list_order(0, early, code)) != codes
