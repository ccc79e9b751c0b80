"""Parses a reply of an officer or a ministry: every field is checked, every error is named by its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.consular.ministries.rules.matters import CONVICTIONS, CROSSINGS, EXPIRED, VALID, Finding, Matter
from services.consular.ministries.rules.movements import DIRECTIONS, Crossing, faults, gaps
from shared.values.digits import ascii_digits
from shared.values.person import national_number, passport_number, strip_controls

MAX_ENTRIES = 100
LIMITS = {"number": 60, "remark": 300, "court": 120, "offence": 200, "sentence": 200, "point": 80}
TEXT = 60
Errors = dict[str, str]


@dataclass(frozen=True)
class Expected:
    """What a reply is checked against: the question, the person, and the days it must lie between."""

    matter: Matter
    national_number: str
    born: date
    sent_on: date
    today: date


@dataclass(frozen=True)
class Reply:
    """A reply that may be applied. Dates are ISO texts; `entries` are convictions or crossings."""

    finding: Finding
    number: str
    dated: str
    remark: str = ""
    details: dict[str, str] = field(default_factory=dict)
    entries: list[dict[str, str]] = field(default_factory=list)


class _Reader:
    """Parses fields one by one and collects the error of each."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.errors: Errors = {}

    def text(self, body: Mapping[str, Any], name: str, path: str = "", required: bool = True) -> str:
        value, key = strip_controls(str(body.get(name) or "")), path or name
        if not value and required:
            self.errors[key] = "required"
        elif len(value) > LIMITS.get(name, TEXT):
            self.errors[key] = "too_long"
        return value

    def note(self, errors: Errors) -> None:
        """Adds errors of fields that are valid by themselves."""
        self.errors = errors | self.errors

    def day(self, body: Mapping[str, Any], name: str, path: str = "", future: bool = False) -> date:
        text, key = self.text(body, name, path), path or name
        if key in self.errors:
            return self.today
        try:
            day = date.fromisoformat(ascii_digits(text))
        except ValueError:
            self.errors[key] = "not_a_date"
            return self.today
        if day > self.today and not future:
            self.errors[key] = "in_the_future"
        return day

    def by(self, parse: Callable[[str], str], body: Mapping[str, Any], name: str, path: str = "") -> str:
        text, key = self.text(body, name, path), path or name
        if key in self.errors:
            return text
        try:
            return parse(text)
        except ValueError as error:
            self.errors[key] = str(error)
            return text


def read(body: Mapping[str, Any], expected: Expected) -> tuple[Reply | None, Errors]:
    """The reply, or its errors by field: `finding`, `national_number`, `entries-0-court` and so on."""
    finding = expected.matter.finding(str(body.get("finding") or ""))
    if finding is None:
        return None, {"finding": "unknown_choice" if body.get("finding") else "required"}
    reader = _Reader(expected.today)
    number, dated = reader.text(body, "number"), reader.day(body, "dated")
    if "dated" not in reader.errors and dated < expected.sent_on:
        reader.errors["dated"] = "before_the_letter"
    if reader.by(national_number, body, "national_number") != expected.national_number:
        reader.errors.setdefault("national_number", "reply_of_another")
    remark = reader.text(body, "remark", required=False)
    details = _details(reader, finding, body.get("details") or {})
    reader.note(_contradictions(finding, details, expected, dated))
    entries = _entries(reader, finding, body.get("entries") or [], expected)
    reply = Reply(finding, number, dated.isoformat(), remark, details, entries)
    return (None if reader.errors else reply), reader.errors


def _details(reader: _Reader, finding: Finding, body: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: reader.day(body, name, future=name == "expires_on").isoformat()
        if name.endswith("_on")
        else reader.text(body, name)
        for name in finding.details
    }


def _contradictions(finding: Finding, details: Mapping[str, str], expected: Expected, dated: date) -> Errors:
    """Errors of a licence's or an approval's dates: against each other, the person, the letter or the reply."""
    days = {name: date.fromisoformat(value) for name, value in details.items() if name.endswith("_on")}
    first, last, approved = (days.get(name) for name in ("first_issued_on", "expires_on", "approved_on"))
    errors: Errors = {}
    if first and first < expected.born:
        errors["first_issued_on"] = "before_birth"
    if first and last and last <= first:
        errors["expires_on"] = "licence_ends_before_issue"
    elif last and finding.code == VALID and last < dated:
        errors["expires_on"] = "licence_is_over"
    elif last and finding.code == EXPIRED and last >= dated:
        errors["expires_on"] = "licence_still_runs"
    if approved and approved < expected.sent_on:
        errors["approved_on"] = "before_the_letter"
    return errors


def _entries(
    reader: _Reader, finding: Finding, rows: Sequence[Mapping[str, Any]], expected: Expected
) -> list[dict[str, str]]:
    if finding.entries is None:
        return []
    if not finding.fewest <= len(rows) <= MAX_ENTRIES:
        reader.errors["entries"] = "entries_needed" if len(rows) < finding.fewest else "too_many_entries"
        return []
    if finding.entries == CONVICTIONS:
        return [_conviction(reader, row, f"entries-{index}", expected.born) for index, row in enumerate(rows)]
    return _crossings(reader, finding, rows, expected)


def _conviction(reader: _Reader, row: Mapping[str, Any], path: str, born: date) -> dict[str, str]:
    texts = {name: reader.text(row, name, f"{path}-{name}") for name in ("court", "number", "offence", "sentence")}
    on = reader.day(row, "on", f"{path}-on")
    reader.note({f"{path}-on": "before_birth"} if on < born else {})
    return texts | {"on": on.isoformat()}


def _crossings(
    reader: _Reader, finding: Finding, rows: Sequence[Mapping[str, Any]], expected: Expected
) -> list[dict[str, str]]:
    crossing_list = [_crossing(reader, row, f"entries-{index}") for index, row in enumerate(rows)]
    if not reader.errors:
        line_faults = faults(crossing_list, expected.born, expected.today)
        reader.errors |= {f"entries-{index}-on": code for index, code in line_faults.items()}
    if finding.code == "complete" and gaps(crossing_list) and not reader.errors:
        # An incomplete table must not be certified as complete.
        reader.errors[f"entries-{gaps(crossing_list)[0]}-way"] = "crossing_missing"
    return [{**vars(row), "on": row.on.isoformat()} for row in crossing_list]


def _crossing(reader: _Reader, row: Mapping[str, Any], path: str) -> Crossing:
    on, point = reader.day(row, "on", f"{path}-on"), reader.text(row, "point", f"{path}-point")
    way = str(row.get("way") or "")
    if way not in DIRECTIONS:
        reader.errors[f"{path}-way"] = "unknown_choice" if way else "required"
    return Crossing(on, way, point, reader.by(passport_number, row, "passport", f"{path}-passport"))


def crossings(entries: Sequence[Mapping[str, str]]) -> list[Crossing]:
    """The lines of a movement statement as crossings."""
    return [
        Crossing(date.fromisoformat(entry["on"]), entry["way"], entry["point"], entry["passport"]) for entry in entries
    ]


FIELDS = {
    CONVICTIONS: ("court", "number", "on", "offence", "sentence"),
    CROSSINGS: ("on", "way", "point", "passport"),
}
