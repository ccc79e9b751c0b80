"""A reply is read field by field: what is kept, how long it may be, and which field each error stands beside."""

from datetime import date
from typing import Any

import pytest

from services.consular.ministries.rules.matters import matter
from services.consular.ministries.rules.movements import Crossing
from services.consular.ministries.rules.reply_parser import Expected, Reply, crossings, read

BORN, SENT, TODAY = date(1990, 1, 15), date(2026, 11, 18), date(2026, 11, 22)
CONVICTION = {"court": "محكمة دمشق", "number": "214", "on": "2019-03-04", "offence": "مخالفة", "sentence": "غرامة"}
CROSSING = {"on": "2020-02-01", "way": "in", "point": "نصيب", "passport": "n ٠١٢٣٤٥٦٧٨"}


def asked(authority: str, ask: str) -> Expected:
    return Expected(matter(authority, ask), "01020304050", BORN, SENT, TODAY)


RECORD, MOVEMENTS = ("criminal_security", "record"), ("immigration", "movements")
LICENCE, VISIT = ("traffic", "licence"), ("foreign_affairs", "visit")


def body(finding: str, **more: Any) -> dict[str, Any]:
    return {"finding": finding, "number": "77/ب", "dated": "٢٠٢٦-١١-٢٠", "national_number": "٠١٠٢٠٣٠٤٠٥٠", **more}


def test_a_conviction_is_kept_whole() -> None:
    expected = asked(*RECORD)
    reply, errors = read(body("convicted", remark="ملاحظة", entries=[CONVICTION]), expected)
    assert errors == {}
    assert reply == Reply(
        expected.matter.finding("convicted"),  # type: ignore[arg-type]
        "77/ب",
        "2026-11-20",
        "ملاحظة",
        {},
        [CONVICTION],
    )


def test_a_movement_is_kept_with_its_passport_as_it_is_written() -> None:
    reply, errors = read(body("partial", entries=[CROSSING]), asked(*MOVEMENTS))
    assert errors == {} and reply is not None
    line = {"on": "2020-02-01", "way": "in", "point": "نصيب", "passport": "N012345678"}
    assert (reply.entries, reply.remark, reply.details) == ([line], "", {})
    assert crossings(reply.entries) == [Crossing(date(2020, 2, 1), "in", "نصيب", "N012345678")]


def test_details_of_a_licence_and_of_an_approval_are_kept() -> None:
    details = {
        "licence_number": "L-1",
        "licence_category": "B",
        "first_issued_on": "2012-01-01",
        "expires_on": "2030-01-01",
    }
    reply, errors = read(body("valid", details=details), asked(*LICENCE))
    assert errors == {} and reply is not None and reply.details == details and reply.entries == []
    granted = {"approval_reference": "V-1", "approved_on": "2026-11-18"}
    reply, errors = read(body("approved", details=granted), asked(*VISIT))
    assert errors == {} and reply is not None and reply.details == granted


@pytest.mark.parametrize(("name", "most"), [("court", 120), ("number", 60), ("offence", 200), ("sentence", 200)])
def test_a_text_of_a_conviction_has_a_greatest_length(name: str, most: int) -> None:
    for length, errors in ((most, {}), (most + 1, {f"entries-0-{name}": "too_long"})):
        given = body("convicted", entries=[{**CONVICTION, name: "ن" * length}])
        assert read(given, asked(*RECORD))[1] == errors


@pytest.mark.parametrize(("name", "most"), [("number", 60), ("remark", 300)])
def test_a_text_of_a_reply_has_a_greatest_length(name: str, most: int) -> None:
    for length, errors in ((most, {}), (most + 1, {name: "too_long"})):
        assert read(body("convicted", entries=[CONVICTION], **{name: "ن" * length}), asked(*RECORD))[1] == errors


def test_a_border_point_may_have_80_signs_and_any_other_text_60() -> None:
    for length, errors in ((80, {}), (81, {"entries-0-point": "too_long"})):
        given = body("partial", entries=[{**CROSSING, "point": "ن" * length}])
        assert read(given, asked(*MOVEMENTS))[1] == errors
    for length, errors in ((60, {}), (61, {"approval_reference": "too_long"})):
        details = {"approval_reference": "V" * length, "approved_on": "2026-11-20"}
        assert read(body("approved", details=details), asked(*VISIT))[1] == errors


def test_a_hundred_entries_are_read_and_no_more() -> None:
    assert read(body("convicted", entries=[CONVICTION] * 100), asked(*RECORD))[1] == {}
    assert read(body("convicted", entries=[CONVICTION] * 101), asked(*RECORD))[1] == {"entries": "too_many_entries"}
    assert read(body("convicted", entries=[]), asked(*RECORD))[1] == {"entries": "entries_needed"}


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"finding": ""}, {"finding": "required"}),
        ({"finding": None}, {"finding": "required"}),
        ({"finding": "guilty"}, {"finding": "unknown_choice"}),
        ({"number": " "}, {"number": "required"}),
        ({"dated": ""}, {"dated": "required"}),
        ({"dated": "20.11.2026"}, {"dated": "not_a_date"}),
        ({"dated": "2026-11-17"}, {"dated": "before_the_letter"}),
        ({"dated": "2026-11-18"}, {}),
        ({"dated": "2026-11-22"}, {}),
        ({"dated": "2026-11-23"}, {"dated": "in_the_future"}),
        ({"national_number": ""}, {"national_number": "required"}),
        ({"national_number": "01020304051"}, {"national_number": "reply_of_another"}),
        ({"national_number": "123"}, {"national_number": "national_number"}),
        ({"entries": None}, {"entries": "entries_needed"}),
        ({"entries": [{**CONVICTION, "court": ""}]}, {"entries-0-court": "required"}),
        ({"entries": [CONVICTION, {**CONVICTION, "on": "soon"}]}, {"entries-1-on": "not_a_date"}),
        ({"entries": [{**CONVICTION, "on": "1990-01-15"}]}, {}),
        ({"entries": [{**CONVICTION, "on": "1990-01-14"}]}, {"entries-0-on": "before_birth"}),
        ({"entries": [{**CONVICTION, "on": "2026-11-22"}]}, {}),
        (
            {"number": "", "dated": "", "entries": [{}]},
            {
                "number": "required",
                "dated": "required",
                "entries-0-court": "required",
                "entries-0-number": "required",
                "entries-0-offence": "required",
                "entries-0-sentence": "required",
                "entries-0-on": "required",
            },
        ),
    ],
)
def test_each_error_stands_beside_its_field(changed: dict[str, Any], errors: dict[str, str]) -> None:
    reply, found = read({**body("convicted", entries=[CONVICTION]), **changed}, asked(*RECORD))
    assert found == errors
    assert (reply is None) is bool(errors)


@pytest.mark.parametrize(
    ("finding", "first", "last", "errors"),
    [
        ("valid", "1990-01-15", "2026-11-20", {}),
        ("valid", "1990-01-14", "2026-11-20", {"first_issued_on": "before_birth"}),
        ("valid", "2012-01-01", "2026-11-19", {"expires_on": "licence_is_over"}),
        ("valid", "2026-11-23", "2030-01-01", {"first_issued_on": "in_the_future"}),
        ("expired", "2012-01-01", "2026-11-19", {}),
        ("expired", "2012-01-01", "2026-11-20", {"expires_on": "licence_still_runs"}),
        ("withdrawn", "2012-01-01", "2012-01-02", {}),
        ("withdrawn", "2012-01-01", "2012-01-01", {"expires_on": "licence_ends_before_issue"}),
        ("withdrawn", "2012-01-01", "2011-12-31", {"expires_on": "licence_ends_before_issue"}),
    ],
)
def test_the_dates_of_a_licence_agree(finding: str, first: str, last: str, errors: dict[str, str]) -> None:
    details = {"licence_number": "1", "licence_category": "B", "first_issued_on": first, "expires_on": last}
    assert read(body(finding, details=details), asked(*LICENCE))[1] == errors


@pytest.mark.parametrize(
    ("finding", "lines", "errors"),
    [
        ("complete", [CROSSING, {**CROSSING, "on": "2021-01-01", "way": "out"}], {}),
        ("complete", [CROSSING, {**CROSSING, "on": "2021-01-01"}], {"entries-1-way": "crossing_missing"}),
        ("partial", [CROSSING, {**CROSSING, "on": "2021-01-01"}], {}),
        ("partial", [{**CROSSING, "on": "1990-01-14"}], {"entries-0-on": "before_birth"}),
        ("partial", [{**CROSSING, "way": ""}], {"entries-0-way": "required"}),
        ("partial", [{**CROSSING, "way": "through"}], {"entries-0-way": "unknown_choice"}),
        ("partial", [{**CROSSING, "passport": ""}], {"entries-0-passport": "required"}),
        ("partial", [{**CROSSING, "passport": "N-1"}], {"entries-0-passport": "passport_number"}),
        ("partial", [CROSSING, {**CROSSING, "on": "2020-01-31"}], {"entries-1-on": "crossing_backwards"}),
        (
            "complete",
            [{**CROSSING, "point": ""}, CROSSING, {**CROSSING, "on": "2019-01-01"}],
            {"entries-0-point": "required"},
        ),
    ],
)
def test_a_table_of_crossings_is_checked_line_by_line(
    finding: str, lines: list[dict[str, str]], errors: dict[str, str]
) -> None:
    assert read(body(finding, entries=lines), asked(*MOVEMENTS))[1] == errors
