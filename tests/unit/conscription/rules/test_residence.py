"""Residence abroad and the tier it reaches: worked examples, and what must hold for any record."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conscription.rules.allowances import refusal_reason, tier
from services.conscription.rules.residence import residence
from services.conscription.rules.stays import days_abroad, gaps

pytestmark = pytest.mark.clock

ON = date(2026, 11, 21)
BORN = date(1997, 3, 14)
PRICE = {"four_years": 7, "three_years": 8, "two_years": 9, "one_year": 10, None: 99, "born_abroad": 3}


def reached(*stays: tuple[str, str | None], on: date = ON, born_abroad: bool = False) -> str | None:
    intervals = [(date.fromisoformat(first), last and date.fromisoformat(last)) for first, last in stays]
    return tier(BORN, born_abroad, [(a, b or None) for a, b in intervals], on)[0]


@pytest.mark.parametrize(
    ("stays", "expected"),
    [
        ([("2019-09-01", None)], "four_years"),
        ([("2022-11-21", None)], "four_years"),  # four years to the day
        ([("2022-11-22", None)], "three_years"),
        ([("2023-11-22", None)], "two_years"),
        ([("2024-11-22", None)], "one_year"),
        ([("2025-11-22", None)], None),
        ([], None),
        # Ninety days in Syria within one calendar year are tolerated, ninety-one are not.
        ([("2020-01-01", "2023-03-31"), ("2023-06-28", None)], "four_years"),
        ([("2020-01-01", "2023-03-31"), ("2023-06-29", None)], "three_years"),
        # The day of return and the day of exit are days in Syria: 92, not 90.
        ([("2020-01-01", "2023-01-01"), ("2023-04-02", None)], "three_years"),
        # The same gap over a new year: 62 and 61 days, each within its year.
        ([("2020-01-01", "2022-10-31"), ("2023-03-02", None)], "four_years"),
        # Overlapping, touching, backwards, and a leap day in between.
        ([("2020-01-01", "2024-02-28"), ("2024-02-29", None), ("2021-01-01", "2021-06-01")], "four_years"),
        ([("2024-06-01", "2020-01-01")], None),
        # Back in Syria for most of this year: nothing counts any more.
        ([("2015-01-01", "2026-03-01")], None),
        ([("2015-01-01", "2026-10-01")], "four_years"),
    ],
)
def test_worked_examples(stays: list[tuple[str, str | None]], expected: str | None) -> None:
    assert reached(*stays) == expected


def test_ninety_and_ninety_one_days() -> None:
    first = [(date(2020, 1, 1), date(2023, 3, 31))]
    assert residence([*first, (date(2023, 6, 28), None)], ON).since == date(2020, 1, 2)
    assert residence([*first, (date(2023, 6, 29), None)], ON).since == date(2023, 6, 30)


def test_born_abroad_and_never_left_before_draft_age() -> None:
    assert reached(("1997-03-14", None), born_abroad=True) == "born_abroad"
    assert reached(("1997-03-14", "2010-01-01"), born_abroad=True) is None
    assert reached(("1997-03-14", "2004-01-01"), ("2004-12-01", None), born_abroad=True) == "born_abroad_ten_years"


def test_the_working_names_every_year_and_the_next_tier() -> None:
    found, shown = tier(BORN, False, [(date(2024, 1, 10), date(2024, 12, 31)), (date(2025, 1, 11), None)], ON)
    assert found == "two_years"
    assert [step.code for step in shown.steps] == [
        *("border_days.inside.inside", "stay", "in_syria", "stay", "year_tolerated", "year_tolerated"),
        *("margin", "counted", "tier_reached", "tier_next"),
    ]
    assert [step.params for step in shown.steps[4:6]] == [
        {"year": 2024, "days": 1, "limit": 90},
        {"year": 2025, "days": 11, "limit": 90},
    ]
    stays = [step.params for step in shown.steps[1:4]]
    assert stays == [
        {"from": "2024-01-11", "until": "2024-12-30", "days": 355},
        {"from": "2024-12-31", "until": "2025-01-11", "days": 12},
        {"from": "2025-01-12", "until": "2026-11-21", "days": 679},
    ]
    assert shown.steps[-1].params == {"years": 3, "on": "2027-01-10"}


def test_who_may_not_be_assessed() -> None:
    assert refusal_reason("served", BORN, ON) == "service_already_settled"
    assert refusal_reason("reserve", BORN, ON) == "reserve_has_its_own_allowance"
    eighteen, forty_two = date(2015, 3, 14), date(2039, 3, 14)
    assert refusal_reason("liable", BORN, eighteen - timedelta(1)) == "outside_service_age"
    assert refusal_reason("liable", BORN, eighteen) is None
    assert refusal_reason("liable", BORN, forty_two - timedelta(1)) is None
    assert refusal_reason("liable", BORN, forty_two) == "outside_service_age"


days = st.dates(date(2010, 1, 1), ON)
intervals = st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=6)


@given(intervals, days, st.integers(0, 400))
def test_more_days_abroad_never_raise_the_amount(
    known: list[tuple[date, date | None]], first: date, length: int
) -> None:
    before = tier(BORN, False, known, ON)[0]
    after = tier(BORN, False, [*known, (first, first + timedelta(length))], ON)[0]
    assert PRICE[after] <= PRICE[before]


@given(intervals, st.integers(0, 5), st.integers(1, 300))
def test_splitting_a_stay_changes_nothing(known: list[tuple[date, date | None]], which: int, at: int) -> None:
    if which >= len(known):
        return
    first, last = known[which]
    cut = first + timedelta(at)
    if cut + timedelta(1) > (last or ON):
        return
    split = [*known[:which], (first, cut + timedelta(1)), (cut, last), *known[which + 1 :]]
    assert residence(split, ON) == residence(known, ON)


@given(intervals)
def test_stays_and_gaps_cover_every_day_once(known: list[tuple[date, date | None]]) -> None:
    stays = days_abroad(known, ON)
    if stays:
        covered = sum(stay.days for stay in [*stays, *gaps(stays, ON)])
        assert covered == (ON - stays[0].first).days + 1
