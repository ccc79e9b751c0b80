"""Reads a reply as an officer or a ministry gives it: every field checked, every fault named by its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.consular.ministries.rules.matters import CONVICTIONS, CROSSINGS, EXPIRED, VALID, Finding, Matter
from services.consular.ministries.rules.movements import WAYS, Crossing, faults, gaps
from shared.values.digits import ascii_digits
from shared.values.person import national_number, passport_number, strip_controls

MOST_ENTRIES = 100
LIMITS = {"number": 60, "remark": 300, "court": 120, "offence": 200, "sentence": 200, "point": 80}
TEXT = 60
Errors = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What a reply is measured against: the question, whom it is about, and the days it must lie between."""

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
    """Takes fields one by one and keeps what is wrong with each."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.errors: Errors = {}

    def text(self, told: Mapping[str, Any], name: str, at: str = "", required: bool = True) -> str:
        value, place = strip_controls(str(told.get(name) or "")), at or name
        if not value and required:
            self.errors[place] = "required"
        elif len(value) > LIMITS.get(name, TEXT):
            self.errors[place] = "too_long"
        return value

    def note(self, found: Errors) -> None:
        """Adds what is wrong with fields that are good by themselves."""
        self.errors = found | self.errors

    def day(self, told: Mapping[str, Any], name: str, at: str = "", future: bool = False) -> date:
        text, place = self.text(told, name, at), at or name
        if place in self.errors:
            return self.today
        try:
            day = date.fromisoformat(ascii_digits(text))
        except ValueError:
            self.errors[place] = "not_a_date"
            return self.today
        if day > self.today and not future:
            self.errors[place] = "in_the_future"
        return day

    def by(self, read: Callable[[str], str], told: Mapping[str, Any], name: str, at: str = "") -> str:
        text, place = self.text(told, name, at), at or name
        if place in self.errors:
            return text
        try:
            return read(text)
        except ValueError as wrong:
            self.errors[place] = str(wrong)
            return text


def read(told: Mapping[str, Any], asked: Asked) -> tuple[Reply | None, Errors]:
    """The reply, or what is wrong with it by field: `finding`, `national_number`, `entries-0-court` and so on."""
    finding = asked.matter.finding(str(told.get("finding") or ""))
    if finding is None:
        return None, {"finding": "unknown_choice" if told.get("finding") else "required"}
    reader = _Reader(asked.today)
    number, dated = reader.text(told, "number"), reader.day(told, "dated")
    if "dated" not in reader.errors and dated < asked.sent_on:
        reader.errors["dated"] = "before_the_letter"
    if reader.by(national_number, told, "national_number") != asked.national_number:
        reader.errors.setdefault("national_number", "reply_of_another")
    remark = reader.text(told, "remark", required=False)
    details = _details(reader, finding, told.get("details") or {})
    reader.note(_contradictions(finding, details, asked, dated))
    entries = _entries(reader, finding, told.get("entries") or [], asked)
    reply = Reply(finding, number, dated.isoformat(), remark, details, entries)
    return (None if reader.errors else reply), reader.errors


def _details(reader: _Reader, finding: Finding, told: Mapping[str, Any]) -> dict[str, str]:
    return {
        name: reader.day(told, name, future=name == "expires_on").isoformat()
        if name.endswith("_on")
        else reader.text(told, name)
        for name in finding.details
    }


def _contradictions(finding: Finding, details: Mapping[str, str], asked: Asked, dated: date) -> Errors:
    """Dates of a licence or an approval that cannot stand together, or with the person, the letter or its reply."""
    days = {name: date.fromisoformat(value) for name, value in details.items() if name.endswith("_on")}
    first, last, approved = (days.get(name) for name in ("first_issued_on", "expires_on", "approved_on"))
    found: Errors = {}
    if first and first < asked.born:
        found["first_issued_on"] = "before_birth"
    if first and last and last <= first:
        found["expires_on"] = "licence_ends_before_issue"
    elif last and finding.code == VALID and last < dated:
        found["expires_on"] = "licence_is_over"
    elif last and finding.code == EXPIRED and last >= dated:
        found["expires_on"] = "licence_still_runs"
    if approved and approved < asked.sent_on:
        found["approved_on"] = "before_the_letter"
    return found


def _entries(
    reader: _Reader, finding: Finding, told: Sequence[Mapping[str, Any]], asked: Asked
) -> list[dict[str, str]]:
    if finding.entries is None:
        return []
    if not finding.fewest <= len(told) <= MOST_ENTRIES:
        reader.errors["entries"] = "entries_needed" if len(told) < finding.fewest else "too_many_entries"
        return []
    if finding.entries == CONVICTIONS:
        return [_conviction(reader, one, f"entries-{place}", asked.born) for place, one in enumerate(told)]
    return _crossings(reader, finding, told, asked)


def _conviction(reader: _Reader, told: Mapping[str, Any], at: str, born: date) -> dict[str, str]:
    texts = {name: reader.text(told, name, f"{at}-{name}") for name in ("court", "number", "offence", "sentence")}
    on = reader.day(told, "on", f"{at}-on")
    reader.note({f"{at}-on": "before_birth"} if on < born else {})
    return texts | {"on": on.isoformat()}


def _crossings(
    reader: _Reader, finding: Finding, told: Sequence[Mapping[str, Any]], asked: Asked
) -> list[dict[str, str]]:
    read_ones = [_crossing(reader, one, f"entries-{place}") for place, one in enumerate(told)]
    if not reader.errors:
        found = faults(read_ones, asked.born, asked.today)
        reader.errors |= {f"entries-{place}-on": code for place, code in found.items()}
    if finding.code == "complete" and gaps(read_ones) and not reader.errors:
        # What cannot be whole must not be certified as whole.
        reader.errors[f"entries-{gaps(read_ones)[0]}-way"] = "crossing_missing"
    return [{**vars(one), "on": one.on.isoformat()} for one in read_ones]


def _crossing(reader: _Reader, told: Mapping[str, Any], at: str) -> Crossing:
    on, point = reader.day(told, "on", f"{at}-on"), reader.text(told, "point", f"{at}-point")
    way = str(told.get("way") or "")
    if way not in WAYS:
        reader.errors[f"{at}-way"] = "unknown_choice" if way else "required"
    return Crossing(on, way, point, reader.by(passport_number, told, "passport", f"{at}-passport"))


def crossings(entries: Sequence[Mapping[str, str]]) -> list[Crossing]:
    """The lines of a movement statement as the rules reckon with them."""
    return [Crossing(date.fromisoformat(one["on"]), one["way"], one["point"], one["passport"]) for one in entries]


FIELDS = {
    CONVICTIONS: ("court", "number", "on", "offence", "sentence"),
    CROSSINGS: ("on", "way", "point", "passport"),
}
