"""Days of crossings are counted once, by one dated rule, whichever document states them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.conscription.rules.residence import in_syria
from services.conscription.rules.stays import days_abroad
from services.consular.ministries.rules import movements
from services.consular.ministries.rules.movements import IN, OUT, Crossing
from shared.values import border_days
from shared.values.border_days import BorderDays

pytestmark = pytest.mark.clock

FROM, UNTIL = date(2022, 1, 1), date(2024, 12, 31)


def statement(*days: date) -> dict[int, int]:
    """What the movement statement prints of an exit, an entry, an exit, ..."""
    table = [Crossing(day, OUT if place % 2 == 0 else IN, "نصيب", "N012345678") for place, day in enumerate(days)]
    return movements.days_inside(table, days[0], UNTIL)


def conscription(*days: date) -> dict[int, int]:
    """What conscription counts of the same crossings."""
    ends = [*days[1::2], None] if len(days) % 2 else list(days[1::2])
    return in_syria(days_abroad(list(zip(days[::2], ends, strict=True)), UNTIL), UNTIL)


def test_both_documents_count_both_days_as_inside() -> None:
    left, back, away = date(2022, 1, 1), date(2023, 1, 1), date(2023, 4, 2)
    assert statement(left, back, away)[2023] == conscription(left, back, away)[2023] == 92


@pytest.mark.parametrize(
    ("exit_day", "entry_day", "days"),
    [("inside", "inside", 92), ("inside", "abroad", 91), ("abroad", "inside", 91), ("abroad", "abroad", 90)],
)
def test_the_rule_is_a_dated_row(monkeypatch: pytest.MonkeyPatch, exit_day: str, entry_day: str, days: int) -> None:
    old, new = border_days.rules()[0], BorderDays(date(2023, 1, 1), exit_day, entry_day, "test", "L")
    monkeypatch.setattr(border_days, "rules", lambda: (old, new))
    left, back, away = date(2022, 1, 1), date(2023, 1, 1), date(2023, 4, 2)
    assert statement(left, back, away)[2023] == conscription(left, back, away)[2023] == days
    assert [rule.code for rule in border_days.rules_for([left, back])] == [old.code, new.code][: 2 if new.code else 1]


@given(st.lists(st.integers(2, 60), min_size=1, max_size=9))
def test_both_documents_agree_on_any_crossings(distances: list[int]) -> None:
    days = [FROM]
    for distance in distances:
        days.append(days[-1] + timedelta(distance))
    said, counted = statement(*days), conscription(*days)
    # The statement's period begins with the first exit, a day inside that precedes the first stay abroad.
    said[FROM.year] -= 1
    assert {year: n for year, n in said.items() if n} == counted
