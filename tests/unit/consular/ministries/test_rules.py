"""What ministries may answer, by when, and how crossings are reckoned."""

import calendar
from datetime import date
from typing import Any

import pytest

from services.consular.ministries.rules import movements, reminder_schedule
from services.consular.ministries.rules.matters import GRANTED, MATTERS, matter
from services.consular.ministries.rules.movements import IN, OUT, Crossing
from services.consular.ministries.rules.reply_parser import FIELDS, Expected, read
from shared.catalogue import TRANSACTIONS
from shared.catalogue import conditions as only_if
from shared.catalogue.model import BOOKLET, REGISTERS, Facts
from shared.documents.model import AUTHORITIES
from shared.values.dates import add_working_days

pytestmark = pytest.mark.clock

BORN, TODAY = date(1990, 1, 15), date(2026, 11, 22)


def crossings(*lines: tuple[str, str]) -> list[Crossing]:
    return [Crossing(date.fromisoformat(on), way, "نصيب", "N012345678") for on, way in lines]


def inside(since: str, until: str, *lines: tuple[str, str]) -> dict[int, int]:
    return movements.days_inside(crossings(*lines), date.fromisoformat(since), date.fromisoformat(until))


def test_every_question_of_the_catalogue_has_its_letter_and_every_answer_its_paper() -> None:
    asked = {(ask.authority, ask.ask) for entry in TRANSACTIONS for ask in entry.asks if ask.authority not in REGISTERS}
    assert asked == {(one.authority, one.ask) for one in MATTERS}
    assert {authority for authority, _ in asked} == set(AUTHORITIES)
    for entry in TRANSACTIONS:
        for ask in entry.asks:
            if ask.authority not in REGISTERS and entry.outcome != BOOKLET:
                found = matter(ask.authority, ask.ask).findings
                assert all(one.document for one in found if one.outcome == GRANTED), entry.slug
                assert all(one.reason for one in found if one.outcome != GRANTED), entry.slug
            if ask.authority not in REGISTERS:
                known = {question.name for question in entry.questions}
                assert set(matter(ask.authority, ask.ask).answers) <= known, entry.slug


def test_the_ladder_climbs_over_the_weekend() -> None:
    steps = reminder_schedule.working_days(3)
    thursday, weekend = date(2026, 11, 19), {calendar.FRIDAY, calendar.SATURDAY}
    days = [add_working_days(thursday, n, lambda day: day.weekday() in weekend) for n in steps.values()]
    assert list(steps) == ["first", "second", "escalation"] and days == sorted(set(days))
    assert days[0] == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("lines", "since", "until", "counted"),
    [
        # A stay counts both its ends; a leap year has its day.
        ([("2020-02-28", IN), ("2020-03-01", OUT)], "2020-01-01", "2020-12-31", {2020: 3}),
        ([("2019-02-28", IN), ("2019-03-01", OUT)], "2019-01-01", "2019-12-31", {2019: 2}),
        # Over the end of a year.
        ([("2019-12-30", IN), ("2020-01-02", OUT)], "2019-01-01", "2020-12-31", {2019: 2, 2020: 2}),
        # Touching stays: out and in again on one day, which counts once.
        (
            [("2020-03-01", IN), ("2020-03-05", OUT), ("2020-03-05", IN), ("2020-03-07", OUT)],
            "2020-01-01",
            "2020-12-31",
            {2020: 7},
        ),
        # Who first went out was inside from the beginning; who last came in is inside to the end.
        ([("2020-01-10", OUT)], "2020-01-01", "2020-12-31", {2020: 10}),
        ([("2020-12-22", IN)], "2020-01-01", "2020-12-31", {2020: 10}),
        # Two ins in a row: of the first stay the known day alone.
        ([("2020-03-01", IN), ("2020-06-01", IN), ("2020-06-03", OUT)], "2020-01-01", "2020-12-31", {2020: 4}),
        # Two outs in a row: of the second stay the known day alone.
        ([("2020-03-01", IN), ("2020-03-02", OUT), ("2020-09-01", OUT)], "2020-01-01", "2020-12-31", {2020: 3}),
        # What lies outside the period does not count.
        ([("2018-05-01", IN), ("2021-05-01", OUT)], "2020-01-01", "2020-12-31", {2020: 366}),
        ([("2018-05-01", IN), ("2018-06-01", OUT)], "2020-01-01", "2020-12-31", {2020: 0}),
        # In and out within one day; nothing at all.
        ([("2020-03-01", IN), ("2020-03-01", OUT)], "2020-01-01", "2020-12-31", {2020: 1}),
        ([], "2020-01-01", "2021-12-31", {2020: 0, 2021: 0}),
    ],
)
def test_days_inside(lines: list[tuple[str, str]], since: str, until: str, counted: dict[int, int]) -> None:
    assert inside(since, until, *lines) == counted


def test_where_a_crossing_is_missing() -> None:
    assert movements.gaps(crossings(("2020-01-01", OUT), ("2020-02-01", IN), ("2020-03-01", OUT))) == []
    assert movements.gaps(crossings(("2020-01-01", IN), ("2020-02-01", IN), ("2020-03-01", OUT))) == [1]
    assert movements.gaps(crossings(("2020-01-01", OUT), ("2020-02-01", OUT), ("2020-03-01", OUT))) == [1, 2]


def test_crossings_that_cannot_be() -> None:
    lines = crossings(("2020-02-01", IN), ("2020-01-01", OUT), ("1989-01-01", IN), ("2027-01-01", OUT))
    assert movements.faults(lines, BORN, TODAY) == {1: "crossing_backwards", 2: "before_birth", 3: "in_the_future"}
    same_day = crossings(("2020-02-01", IN), ("2020-02-01", OUT))
    assert movements.faults(same_day, BORN, TODAY) == {}


def asked(authority: str, ask: str) -> Expected:
    return Expected(matter(authority, ask), "01020304050", BORN, date(2026, 11, 18), TODAY)


def reply_body(finding: str, **more: Any) -> dict[str, Any]:
    base = {"finding": finding, "number": "77", "dated": "2026-11-20", "national_number": "٠١٠٢٠٣٠٤٠٥٠"}
    return {**base, **more}


def licence(finding: str, first: str, last: str) -> dict[str, Any]:
    dates = {"first_issued_on": first, "expires_on": last}
    return reply_body(finding, details={"licence_number": "1", "licence_category": "B", **dates})


def approval(day: str) -> dict[str, Any]:
    return reply_body("approved", details={"approval_reference": "V-1", "approved_on": day})


def convicted(day: str) -> dict[str, Any]:
    line = {"court": "محكمة", "number": "214", "on": day, "offence": "مخالفة", "sentence": "غرامة"}
    return reply_body("convicted", entries=[line])


LINE = {"on": "2020-02-01", "way": "in", "point": "نصيب", "passport": "N012345678"}


@pytest.mark.parametrize(
    ("authority", "ask", "given", "errors"),
    [
        ("immigration", "movements", reply_body("complete"), {"entries": "entries_needed"}),
        ("immigration", "movements", reply_body("complete", entries=[LINE] * 101), {"entries": "too_many_entries"}),
        (
            "immigration",
            "movements",
            reply_body("complete", entries=[LINE, LINE]),
            {"entries-1-way": "crossing_missing"},
        ),
        (
            "immigration",
            "movements",
            reply_body("partial", entries=[{**LINE, "way": ""}]),
            {"entries-0-way": "required"},
        ),
        (
            "immigration",
            "movements",
            reply_body("partial", entries=[{**LINE, "way": "through"}]),
            {"entries-0-way": "unknown_choice"},
        ),
        (
            "immigration",
            "movements",
            reply_body("partial", entries=[{**LINE, "passport": "N01-23"}]),
            {"entries-0-passport": "passport_number"},
        ),
        (
            "immigration",
            "movements",
            reply_body("partial", entries=[LINE, {**LINE, "on": "2019-01-01"}]),
            {"entries-1-on": "crossing_backwards"},
        ),
        ("traffic", "licence", reply_body("valid", details={"licence_number": "1"}), None),
        ("traffic", "licence", licence("valid", "1989-12-31", "2030-01-01"), {"first_issued_on": "before_birth"}),
        (
            "traffic",
            "licence",
            licence("withdrawn", "2012-01-01", "2012-01-01"),
            {"expires_on": "licence_ends_before_issue"},
        ),
        ("traffic", "licence", licence("valid", "2012-01-01", "2026-11-19"), {"expires_on": "licence_is_over"}),
        ("traffic", "licence", licence("expired", "2012-01-01", "2026-11-20"), {"expires_on": "licence_still_runs"}),
        ("foreign_affairs", "visit", approval("2026-11-17"), {"approved_on": "before_the_letter"}),
        ("criminal_security", "record", convicted("1990-01-14"), {"entries-0-on": "before_birth"}),
        ("criminal_security", "record", convicted("0011-06-01"), {"entries-0-on": "before_birth"}),
        ("criminal_security", "record", convicted("2026-11-23"), {"entries-0-on": "in_the_future"}),
        ("foreign_affairs", "visit", reply_body("approved"), None),
    ],
)
def test_faults_are_named_by_their_field(
    authority: str, ask: str, given: dict[str, Any], errors: dict[str, str] | None
) -> None:
    reply, found = read(given, asked(authority, ask))
    assert reply is None
    if errors is None:
        assert found and set(found.values()) == {"required"}
    else:
        assert found == errors


def test_good_replies_are_read_whole() -> None:
    reply, errors = read(reply_body("partial", entries=[LINE, LINE]), asked("immigration", "movements"))
    assert reply is not None and errors == {} and [set(one) for one in reply.entries] == [set(FIELDS["crossings"])] * 2
    for finding, last in (("valid", "2026-11-20"), ("expired", "2026-11-19"), ("withdrawn", "2030-01-01")):
        reply, errors = read(licence(finding, "2012-01-01", last), asked("traffic", "licence"))
        assert reply is not None and errors == {} and reply.details["expires_on"] == last
    none, errors = read(reply_body("no_record"), asked("traffic", "licence"))
    assert none is not None and errors == {} and none.details == {}


def test_a_visit_is_granted_once_a_year_and_once_after_service_age() -> None:
    young = Facts("p", TODAY, born=date(1995, 1, 1), last_granted_on=date(2025, 11, 22))
    assert only_if.may_visit_again(young)
    assert not only_if.may_visit_again(Facts("p", TODAY, born=date(1995, 1, 1), last_granted_on=date(2025, 11, 23)))
    assert only_if.may_visit_again(Facts("p", TODAY, born=date(1980, 1, 1)))
    assert not only_if.may_visit_again(Facts("p", TODAY, born=date(1980, 1, 1), last_granted_on=date(2010, 1, 1)))


def test_periods_licences_and_visits_run_forward() -> None:
    early, late = date(2020, 1, 1), date(2021, 1, 1)
    assert only_if.period_runs_forward({"period_from": early, "period_until": early}, TODAY)
    assert not only_if.period_runs_forward({"period_from": late, "period_until": early}, TODAY)
    assert not only_if.licence_runs_forward({"licence_issued_on": late, "licence_expires_on": late}, TODAY)
    assert not only_if.visits_after_leaving({"last_left_on": late, "visit_from": late}, TODAY)
    assert only_if.is_of_penal_age(Facts("p", date(2026, 1, 1), born=date(2016, 1, 1)))
    assert not only_if.is_of_penal_age(Facts("p", date(2025, 12, 31), born=date(2016, 1, 1)))
