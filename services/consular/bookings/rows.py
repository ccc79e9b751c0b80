"""Parses a file of bookings: UTF-8, comma or semicolon, digits of any script; every fault with its line."""

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
MAX_ROWS = 50_000
REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/_.\-]{2,39}", re.ASCII)
NAME_LENGTH = 60
# A booking outside of these years is a typing error, or a Hijri date.
YEARS = range(2000, 2100)
# The first signs that make a spreadsheet read a cell as a formula.
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
    """The fault of one row with its column; `value` is the cell's text."""

    line: int
    column: str
    code: str
    value: str = ""


@dataclass
class ParsedFile:
    """The good rows and the faults of a file."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def read(content: bytes) -> ParsedFile:
    """Parses all rows. Raises Invalid (file_empty, not_utf8, column_missing, csv_broken, too_many_rows)."""
    text = _text(content)
    table = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    parsed, line_by_reference = ParsedFile(), dict[str, int]()
    try:
        positions = _column_positions(next(table, []))
        for line, cells in _numbered(table):
            if len(parsed.rows) + len(parsed.faults) >= MAX_ROWS:
                raise Invalid("too_many_rows", field="file", n=MAX_ROWS)
            _add_row(
                parsed,
                line_by_reference,
                line,
                {name: cells[position] if position < len(cells) else "" for name, position in positions.items()},
            )
    except csv.Error as error:
        raise Invalid("csv_broken", field="file", line=table.line_num) from error
    if not parsed.rows and not parsed.faults:
        raise Invalid("file_empty", field="file")
    return parsed


def _text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid("not_utf8", field="file") from error
    if "\0" in text:
        raise Invalid("not_utf8", field="file")
    if not text.strip():
        raise Invalid("file_empty", field="file")
    return text


def _delimiter(text: str) -> str:
    header = text.lstrip().partition("\n")[0]
    return max(",;\t", key=header.count)


def _column_positions(header: list[str]) -> dict[str, int]:
    positions = {strip_controls(name).casefold().replace(" ", "_"): index for index, name in enumerate(header)}
    missing = [name for name in COLUMNS if name not in positions]
    if missing:
        raise Invalid("column_missing", field="file", columns=", ".join(missing))
    return {name: positions[name] for name in COLUMNS}


def _numbered(table: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, each with its first line; a quoted cell may span several lines."""
    first_line = table.line_num + 1  # type: ignore[attr-defined]
    for cells in table:
        if any(cell.strip() for cell in cells):
            yield first_line, cells
        first_line = table.line_num + 1  # type: ignore[attr-defined]


def _add_row(parsed: ParsedFile, line_by_reference: dict[str, int], line: int, cells: dict[str, str]) -> None:
    try:
        row = _row(line, {name: strip_controls(value) for name, value in cells.items()})
    except CellError as error:
        parsed.faults.append(Fault(line, error.column, error.code, cells[error.column][:80]))
        return
    first_line = line_by_reference.setdefault(row.reference, line)
    if first_line != line:
        parsed.faults.append(Fault(line, "reference", "twice_in_file", row.reference))
        return
    parsed.rows.append(row)


class CellError(ValueError):
    """A cell that is not valid."""

    def __init__(self, column: str, code: str) -> None:
        super().__init__(code)
        self.column, self.code = column, code


def _row(line: int, cells: dict[str, str]) -> Row:
    for name, value in cells.items():
        if not value:
            raise CellError(name, "required")
    reference = booking_reference(cells["reference"])
    if reference is None:
        raise CellError("reference", "reference_malformed")
    try:
        number = national_number(cells["national_number"])
    except ValueError as error:
        raise CellError("national_number", "national_number") from error
    if cells["given_name"].startswith(FORMULA):
        raise CellError("given_name", "formula")
    if len(cells["given_name"]) > NAME_LENGTH:
        raise CellError("given_name", "too_long")
    slug = cells["transaction"].casefold()
    if slug not in CATALOGUE:
        raise CellError("transaction", "unknown_transaction")
    return Row(line, reference, number, cells["given_name"], slug, _day(cells["booked_for"]))


def booking_reference(typed: str) -> str | None:
    """An older platform's reference in its normal form, or None for a text that is no reference."""
    reference = re.sub(r"\s+", "", ascii_digits(strip_controls(typed))).upper()
    return reference if REFERENCE.fullmatch(reference) else None


def _day(typed: str) -> date:
    """ISO, or day first with slashes, dots or dashes; Gregorian."""
    text = ascii_digits(typed).strip()
    day_first = DAY_FIRST.fullmatch(text)
    try:
        if day_first:
            day_part, month, year = (int(part) for part in day_first.groups())
            day = date(year, month, day_part)
        else:
            day = date.fromisoformat(text)
    except ValueError as error:
        raise CellError("booked_for", "not_a_day") from error
    if day.year not in YEARS:
        raise CellError("booked_for", "year_unlikely")
    return day


def escape_formula(value: str) -> str:
    """A cell that no spreadsheet runs: a leading apostrophe disables a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def faults_file(faults: list[dict[str, str | int]]) -> bytes:
    """The faults as CSV for a spreadsheet, with a byte order mark for UTF-8."""
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer)
    table.writerow(("line", "column", "fault", "value"))
    table.writerows(
        (fault["line"], fault["column"], fault["code"], escape_formula(str(fault["value"]))) for fault in faults
    )
    return buffer.getvalue().encode("utf-8-sig")
