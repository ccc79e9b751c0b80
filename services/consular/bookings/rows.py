"""Reads a file of bookings: UTF-8, comma or semicolon, digits of any script; every fault with the line it stands in."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from shared.catalogue import CATALOGUE
from shared.errors import Invalid
from shared.values.digits import ascii_digits
from shared.values.person import national_number, strip_controls

COLUMNS = ("reference", "national_number", "given_name", "transaction", "booked_for")
MOST_ROWS = 50_000
REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/_.\-]{2,39}", re.ASCII)
NAME_LENGTH = 60
# A booking outside of these years is a slip of the hand, or a Hijri date.
YEARS = range(2000, 2100)
# What a spreadsheet takes for a formula at the beginning of a cell.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
DAY_FIRST = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)


@dataclass(frozen=True)
class Row:
    """One good row."""

    line: int
    reference: str
    national_number: str
    given_name: str
    transaction: str
    booked_for: date


@dataclass(frozen=True)
class Fault:
    """What is wrong with one row, and in which column; `value` is what stands there."""

    line: int
    column: str
    code: str
    value: str = ""


@dataclass
class ParsedFile:
    """A whole file."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(content: bytes) -> ParsedFile:
    """All rows. Raises Invalid (file_empty, not_utf8, column_missing, csv_broken, too_many_rows) for no such table."""
    text = _text(content)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    reading, seen = ParsedFile(), dict[str, int]()
    try:
        places = _column_positions(next(table, []))
        for line, cells in _numbered(table):
            if len(reading.rows) + len(reading.faults) >= MOST_ROWS:
                raise Invalid("too_many_rows", field="file", n=MOST_ROWS)
            _take(reading, seen, line, {name: cells[at] if at < len(cells) else "" for name, at in places.items()})
    except csv.Error as broken:
        raise Invalid("csv_broken", field="file", line=table.line_num) from broken
    if not reading.rows and not reading.faults:
        raise Invalid("file_empty", field="file")
    return reading


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise Invalid("not_utf8", field="file") from wrong
    if "\0" in text:
        raise Invalid("not_utf8", field="file")
    if not text.strip():
        raise Invalid("file_empty", field="file")
    return text


def _delimiter(text: str) -> str:
    head = text.lstrip().partition("\n")[0]
    return max(",;\t", key=head.count)


def _column_positions(head: list[str]) -> dict[str, int]:
    found = {strip_controls(name).casefold().replace(" ", "_"): place for place, name in enumerate(head)}
    missing = [name for name in COLUMNS if name not in found]
    if missing:
        raise Invalid("column_missing", field="file", columns=", ".join(missing))
    return {name: found[name] for name in COLUMNS}


def _numbered(table: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Rows that hold anything, each with the line on which it begins; a quoted cell may span several."""
    begins = table.line_num + 1  # type: ignore[attr-defined]
    for cells in table:
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = table.line_num + 1  # type: ignore[attr-defined]


def _take(reading: ParsedFile, seen: dict[str, int], line: int, cells: dict[str, str]) -> None:
    try:
        row = _row(line, {name: strip_controls(value) for name, value in cells.items()})
    except Wrong as wrong:
        reading.faults.append(Fault(line, wrong.column, wrong.code, cells[wrong.column][:80]))
        return
    first = seen.setdefault(row.reference, line)
    if first != line:
        reading.faults.append(Fault(line, "reference", "twice_in_file", row.reference))
        return
    reading.rows.append(row)


class Wrong(ValueError):
    """A cell that cannot be taken."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


def _row(line: int, cells: dict[str, str]) -> Row:
    for name, value in cells.items():
        if not value:
            raise Wrong(name, "required")
    reference = booking_reference(cells["reference"])
    if reference is None:
        raise Wrong("reference", "reference_malformed")
    try:
        number = national_number(cells["national_number"])
    except ValueError as wrong:
        raise Wrong("national_number", "national_number") from wrong
    if cells["given_name"].startswith(FORMULA):
        raise Wrong("given_name", "formula")
    if len(cells["given_name"]) > NAME_LENGTH:
        raise Wrong("given_name", "too_long")
    slug = cells["transaction"].casefold()
    if slug not in CATALOGUE:
        raise Wrong("transaction", "unknown_transaction")
    return Row(line, reference, number, cells["given_name"], slug, _day(cells["booked_for"]))


def booking_reference(typed: str) -> str | None:
    """An older platform's reference as people and files write it, or None when it can be none."""
    reference = re.sub(r"\s+", "", ascii_digits(strip_controls(typed))).upper()
    return reference if REFERENCE.fullmatch(reference) else None


def _day(typed: str) -> date:
    """ISO, or day first with slashes, dots or dashes; Gregorian."""
    text = ascii_digits(typed).strip()
    day_first = DAY_FIRST.fullmatch(text)
    try:
        if day_first:
            day, month, year = (int(part) for part in day_first.groups())
            found = date(year, month, day)
        else:
            found = date.fromisoformat(text)
    except ValueError as wrong:
        raise Wrong("booked_for", "not_a_day") from wrong
    if found.year not in YEARS:
        raise Wrong("booked_for", "year_unlikely")
    return found


def harmless(value: str) -> str:
    """A cell that no spreadsheet runs: what begins like a formula gets an apostrophe in front."""
    return f"'{value}" if value.startswith(FORMULA) else value


def faults_file(faults: list[dict[str, str | int]]) -> bytes:
    """The faults as a table for a spreadsheet, with the mark by which it recognises UTF-8."""
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(("line", "column", "fault", "value"))
    table.writerows((fault["line"], fault["column"], fault["code"], harmless(str(fault["value"]))) for fault in faults)
    return out.getvalue().encode("utf-8-sig")
