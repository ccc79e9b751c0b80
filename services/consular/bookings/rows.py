"""Rows of a bookings file: every good one in the product's terms, every fault with its line and column."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

from services.consular.bookings.booked_days import DAY_FIRST, Unordered, evidence, read_day
from services.consular.bookings.table import read_table, write_table
from shared.catalogue import CATALOGUE
from shared.errors import Invalid
from shared.values.names import has_letters
from shared.values.person import national_number, plain_signs, strip_controls
from shared.values.spreadsheet import is_formula

COLUMNS = ("reference", "national_number", "given_name", "transaction", "booked_for")
MAX_ROWS = 50_000
REFERENCE = re.compile(r"[A-Z0-9][A-Z0-9/_.\-]{2,39}", re.ASCII)
# What may stand around a reference, and in it.
_AROUND = "\"'()[]<>#.,;،؛«»“”"
_SPACED_DASH = re.compile(" *- *")
_MIXED = re.compile("(?=.*[A-Z])(?=.*[0-9])")
NAME_LENGTH = 60
ZERO_LOST, ORDER_NEEDED = "zero_lost", "date_order_needed"
# Eleven digits that began with 0, after a spreadsheet took them for a number, perhaps with decimals; and a number it
# has rounded.
_WITHOUT_ZERO = re.compile(r"([1-9][0-9]{9})(?:[.,]0+)?")
_ROUNDED = re.compile(r"[0-9][.,][0-9]+E\+?[0-9]+")
Value = TypeVar("Value")


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


@dataclass(frozen=True)
class Answers:
    """What a person has said about a file: the order of its days, and that lost zeros are to be restored."""

    date_order: str | None = None
    restore_zeros: bool = False


NO_ANSWERS = Answers()


@dataclass
class ParsedFile:
    """The good rows and the faults of a file, and what must be asked before it can be imported."""

    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    encoding: str = "utf-8"
    asks_order: bool = False
    suggested_order: str | None = None
    lost_zeros: int = 0


def read(content: bytes, answers: Answers = NO_ANSWERS) -> ParsedFile:
    """Parses all rows. Raises Invalid (file_empty, not_text, column_missing, csv_broken, too_many_rows)."""
    table = read_table(content, COLUMNS)
    lines: list[tuple[int, dict[str, str]]] = []
    for line, cells in table.rows:
        if len(lines) >= MAX_ROWS:
            raise Invalid("too_many_rows", field="file", n=MAX_ROWS)
        lines.append((line, cells))
    if not lines:
        raise Invalid("file_empty", field="file")
    asks_order, suggested = evidence(cells["booked_for"] for _, cells in lines)
    parsed = ParsedFile(encoding=table.encoding, asks_order=asks_order, suggested_order=suggested)
    order = answers.date_order if asks_order else DAY_FIRST
    line_by_reference = dict[str, int]()
    for line, cells in lines:
        parsed.lost_zeros += bool(_without_zero(cells["national_number"]))
        _add_row(parsed, line_by_reference, line, cells, Answers(order, answers.restore_zeros))
    return parsed


def _add_row(
    parsed: ParsedFile, line_by_reference: dict[str, int], line: int, cells: dict[str, str], answers: Answers
) -> None:
    try:
        row = _row(line, cells, answers)
    except CellError as error:
        parsed.faults.append(Fault(line, error.column, error.code, strip_controls(cells[error.column])[:80]))
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


def _row(line: int, raw_cells: dict[str, str], answers: Answers) -> Row:
    cells = {name: strip_controls(value) for name, value in raw_cells.items()}
    for name, value in cells.items():
        if not value:
            raise CellError(name, "required")
    reference = booking_reference(cells["reference"])
    if reference is None:
        raise CellError("reference", "reference_malformed")
    number = _read(lambda: _number(cells["national_number"], answers.restore_zeros), "national_number")
    if is_formula(raw_cells["given_name"]):
        raise CellError("given_name", "formula")
    if not has_letters(cells["given_name"]):
        raise CellError("given_name", "name_without_letters")
    if len(cells["given_name"]) > NAME_LENGTH:
        raise CellError("given_name", "too_long")
    slug = cells["transaction"].casefold()
    if slug not in CATALOGUE:
        raise CellError("transaction", "unknown_transaction")
    try:
        day = _read(lambda: read_day(cells["booked_for"], answers.date_order), "booked_for")
    except Unordered as error:
        raise CellError("booked_for", ORDER_NEEDED) from error
    return Row(line, reference, number, cells["given_name"], slug, day)


def _read(read_cell: Callable[[], Value], column: str) -> Value:
    try:
        return read_cell()
    except Unordered:
        raise
    except ValueError as error:
        raise CellError(column, str(error)) from error


def _number(typed: str, restore_zeros: bool) -> str:
    if _ROUNDED.fullmatch(plain_signs(typed)):
        raise ValueError("number_rounded")
    if without_zero := _without_zero(typed):
        if not restore_zeros:
            raise ValueError(ZERO_LOST)
        return national_number(f"0{without_zero}")
    return national_number(typed)


def _without_zero(typed: str) -> str:
    """The ten digits of a number that lost its zero; empty for any other text."""
    match = _WITHOUT_ZERO.fullmatch(plain_signs(typed))
    return match[1] if match else ""


def booking_reference(typed: str) -> str | None:
    """An older platform's reference in its normal form, or None for a text that has none, or several."""
    plain = plain_signs(typed)
    if "://" in plain:
        # An address has it last, or after a question mark.
        address, _, query = plain.partition("?")
        texts = [address.partition("#")[0].rstrip("/").rpartition("/")[2]]
        texts += [part.rpartition("=")[2] for part in re.split("[&#]", query)]
        found = _references(texts)
    else:
        # A pasted line names it first.
        text = _SPACED_DASH.sub("-", plain.rpartition(":")[2])
        found = _references(text.split()) or {_trimmed(re.sub(r"\s+", "", text))}
    return found.pop() if len(found) == 1 else None


def _references(texts: Iterable[str]) -> set[str | None]:
    """Those that are references of letters and digits."""
    return {reference for text in texts if (reference := _trimmed(text)) and _MIXED.match(reference)}


def _trimmed(text: str) -> str | None:
    reference = text.removeprefix('="').strip(_AROUND)
    return reference if REFERENCE.fullmatch(reference) else None


def faults_file(faults: list[dict[str, str | int]]) -> bytes:
    """The faults as CSV for a spreadsheet."""
    columns = ("line", "column", "code", "value")
    return write_table(
        ("line", "column", "fault", "value"), [tuple(fault[name] for name in columns) for fault in faults]
    )
