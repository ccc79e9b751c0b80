"""Hours, days of rest and booking rules that two people sign, with their start date and what they change."""

from datetime import date, timedelta
from typing import Any

import pytest

from deploy.demo.days import today as home_today
from services.consular import missions
from services.consular.missions import calendar, weekends
from shared.database.db import Database
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.approvals import Signing

pytestmark = pytest.mark.clock


def ahead(days: int) -> date:
    return home_today() + timedelta(days=days)


def hours(**changes: Any) -> dict[str, Any]:
    """Passports on Sundays, at the counter that has them, in half the time."""
    named = {
        "service": "passport",
        "window": "1",
        "weekdays": ["6"],
        "reception": "open",
        "opens": "9:00",
        "closes_at": "١١:٠٠",
        "slot_minutes": "15",
        "seats": "3",
        "valid_from": ahead(3).isoformat(),
        "affected": "move",
    }
    return named | changes


def rule(**changes: Any) -> dict[str, Any]:
    named = {
        "service": "passport",
        "horizon_days": "90",
        "daily_quota": "40",
        "urgent_quota": "5",
        "per_month": "1",
        "hold_minutes": "10",
        "free_hours": "24",
        "arrive_minutes": "15",
        "valid_from": ahead(0).isoformat(),
    }
    return named | changes


def free_days(desk: Signing, service: str = "passport") -> dict[str, dict[str, Any]]:
    shown = desk.client.get(f"/openings?mission={HOME}&service={service}", officer()).get_json()
    return {each["day"]: each for each in shown["days"]}


def sunday(after: int) -> date:
    return next(day for place in range(after, after + 7) if (day := ahead(place)).weekday() == 6)


def open_sunday(desk: Signing, after: int) -> date:
    """A Sunday on which the mission receives."""
    days = free_days(desk)
    found = (sunday(after) + timedelta(weeks=week) for week in range(3))
    return next(day for day in found if not days[day.isoformat()]["closed"])


def test_hours_change_on_their_day_and_not_before(desk: Signing) -> None:
    first = open_sunday(desk, 8)
    before = free_days(desk)
    looked = desk.look("hours", hours(valid_from=first.isoformat())).get_json()["preview"]
    assert (looked["turns"], looked["seats_before"], looked["seats_after"]) == (0, 240, 216)
    assert desk.signed("hours", hours(valid_from=first.isoformat()))["state"] == "done"
    after = free_days(desk)
    assert [time["local"] for time in after[first.isoformat()]["times"]][-1] == "10:45"
    changed = {day for day in before if before[day]["times"] != after[day]["times"]}
    assert changed == {
        day for day in before if before[day]["times"] and date.fromisoformat(day).weekday() == 6 and day >= str(first)
    }


def test_a_counter_that_closes_receives_nobody_from_its_day_on(desk: Signing) -> None:
    first = open_sunday(desk, 8)
    terms = hours(reception="closed", valid_from=first.isoformat(), opens="", closes_at="", slot_minutes="", seats="")
    assert desk.signed("hours", terms)["state"] == "done"
    assert free_days(desk)[first.isoformat()]["times"] == []


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"service": "visas"}, {"service": "unknown_choice"}),
        ({"service": ""}, {"service": "required"}),
        ({"weekdays": []}, {"weekdays": "required"}),
        ({"weekdays": ["7"]}, {"weekdays": "unknown_choice"}),
        ({"weekdays": "6"}, {"weekdays": "unknown_choice"}),
        ({"opens": ""}, {"opens": "required"}),
        ({"opens": "24:00"}, {"opens": "not_a_time"}),
        ({"opens": "9.30"}, {"opens": "not_a_time"}),
        ({"opens": "nine"}, {"opens": "not_a_time"}),
        ({"closes_at": "09:00"}, {"closes_at": "closes_before_it_opens"}),
        ({"slot_minutes": "4"}, {"slot_minutes": "out_of_range"}),
        ({"seats": "0"}, {"seats": "out_of_range"}),
        ({"window": "2"}, {"window": "window_taken"}),
        ({"valid_from": "2024-02-29"}, {"valid_from": "in_the_past"}),
        ({"valid_from": "2027-02-29"}, {"valid_from": "day_not_in_month"}),
    ],
)
def test_hours_that_make_no_sense_are_refused(desk: Signing, changes: dict[str, Any], errors: dict[str, str]) -> None:
    answer = desk.propose("hours", hours(**changes))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_hours_are_not_changed_behind_a_later_change(desk: Signing) -> None:
    first = open_sunday(desk, 8)
    desk.signed("hours", hours(valid_from=first.isoformat()))
    answer = desk.propose("hours", hours(valid_from=(first - timedelta(days=1)).isoformat()))
    assert answer.get_json()["errors"] == {"valid_from": "hours_begin_later"}


def test_a_mission_rests_on_days_of_its_own(desk: Signing, consular: Database) -> None:
    terms = {"rest_days": ["3", "4"], "half_days": ["2"], "valid_from": ahead(10).isoformat()}
    looked = desk.look("weekend", terms).get_json()["preview"]
    # Four services receive on Thursdays.
    assert looked == {"turns": 0, "hours_on_rest": 4}
    assert desk.signed("weekend", terms)["state"] == "done"
    with consular.scope(HOME) as session:
        rows = weekends.of_mission(session, missions.find(session, HOME))
        days = [ahead(place) for place in range(3, 24)]
        resting = {day for day in days if weekends.is_weekend(rows, day)}
        assert resting == {day for day in days if day.weekday() in ((3, 4) if day >= ahead(10) else (4, 5))}
        jeddah = weekends.of_mission(session, missions.find(session, "JED"))
        assert {day.weekday() for day in days if weekends.is_weekend(jeddah, day)} == {4, 5}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"rest_days": [str(day) for day in range(7)]}, {"rest_days": "no_working_day"}),
        ({"half_days": ["4"]}, {"half_days": "half_day_of_rest"}),
        ({"rest_days": ["Friday"]}, {"rest_days": "unknown_choice"}),
        ({"valid_from": "2020-01-01"}, {"valid_from": "in_the_past"}),
    ],
)
def test_days_of_rest_that_make_no_sense_are_refused(
    desk: Signing, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    named = {"rest_days": ["4", "5"], "half_days": [], "valid_from": ahead(10).isoformat()}
    answer = desk.propose("weekend", named | changes)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_times_are_made_as_many_months_ahead_as_the_rule_says(desk: Signing) -> None:
    assert len(free_days(desk)) == 31
    assert desk.signed("booking_rule", rule())["state"] == "done"
    assert len(free_days(desk)) == 91
    assert len(free_days(desk, "attestation")) == 31
    assert max(day["remaining"] for day in free_days(desk).values()) <= 40


def test_a_rule_of_a_later_day_waits_for_it(desk: Signing, consular: Database) -> None:
    desk.signed("booking_rule", rule(valid_from=ahead(5).isoformat()))
    with consular.scope(HOME) as session:
        assert calendar.rule(session, HOME, "passport").horizon_days == 30


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"urgent_quota": "41"}, {"urgent_quota": "urgent_over_daily"}),
        ({"horizon_days": "401"}, {"horizon_days": "out_of_range"}),
        ({"horizon_days": "0"}, {"horizon_days": "out_of_range"}),
        ({"per_month": "none"}, {"per_month": "not_a_number"}),
        ({"valid_from": "2020-01-01"}, {"valid_from": "in_the_past"}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(desk: Signing, changes: dict[str, Any], errors: dict[str, str]) -> None:
    answer = desk.propose("booking_rule", rule(**changes))
    assert (answer.status_code, answer.get_json()["errors"]) == (422, errors)


def test_two_rules_of_one_day_are_one_too_many(desk: Signing) -> None:
    waiting = desk.propose("booking_rule", rule()).get_json()["reference"]
    desk.signed("booking_rule", rule(daily_quota="30"))
    assert desk.propose("booking_rule", rule()).get_json()["errors"] == {"valid_from": "rule_that_day"}
    late = desk.decide(waiting)
    assert (late.status_code, late.get_json()["errors"]) == (422, {"valid_from": "rule_that_day"})


def test_another_missions_calendar_is_not_changed(desk: Signing, consular: Database) -> None:
    desk.signed("booking_rule", rule())
    with consular.scope(ELSEWHERE) as session:
        assert calendar.rule(session, ELSEWHERE, "passport").horizon_days == 30
