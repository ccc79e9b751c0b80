"""A day divided between the urgent and the others: never more than its seats, and no tier starves another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consular.appointments.seats.tiers import TIERS, limits, tier_of
from shared.catalogue import CATALOGUE
from shared.catalogue.conditions import REGULAR, URGENT


def test_without_a_quota_both_tiers_take_what_is_left() -> None:
    assert limits(60, 0, 48) == {REGULAR: 48, URGENT: 48}


@pytest.mark.parametrize(
    ("daily", "urgent", "seats", "regular_limit", "urgent_limit"),
    [
        (60, 10, 60, 50, 10),
        (60, 10, 48, 40, 8),
        (60, 10, 6, 5, 1),
        (60, 59, 2, 1, 1),
        (60, 10, 1, 0, 1),
        (0, 0, 9, 0, 0),
    ],
)
def test_a_smaller_day_shrinks_both(daily: int, urgent: int, seats: int, regular_limit: int, urgent_limit: int) -> None:
    assert limits(daily, urgent, seats) == {REGULAR: regular_limit, URGENT: urgent_limit}


@given(daily=st.integers(0, 400), urgent=st.integers(0, 399), seats=st.integers(0, 400))
def test_no_tier_starves_another(daily: int, urgent: int, seats: int) -> None:
    urgent = min(urgent, max(0, daily - 1))
    found = limits(daily, urgent, seats)
    day = min(daily, seats)
    assert all(0 <= found[tier] <= day for tier in TIERS)
    if urgent:
        assert sum(found.values()) == day
        assert found[URGENT] <= urgent
        assert day < 2 or min(found.values()) >= 1


@pytest.mark.parametrize("slug", sorted(CATALOGUE))
def test_the_tier_is_that_of_the_entry_or_of_its_answer(slug: str) -> None:
    entry = CATALOGUE[slug]
    assert tier_of(slug, {}) == (URGENT if slug.endswith("-urgent") else REGULAR)
    if entry.tiers:
        assert tier_of(slug, {"tier": URGENT}) == URGENT
