"""Reads a spreadsheet's text file: its encoding, its separator, its columns, and the line of every row."""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.errors import Invalid
from shared.values.person import strip_controls

SEPARATORS = ",;\t|"
# Excel writes this line first to say which separator follows.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)
# Marks that a file may begin with, and its encoding; UTF-16 of either order.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Arabic Windows writes CSV in this one unless it is told otherwise.
ARABIC_WINDOWS = "cp1256"
# An older standard that servers wrote. Read as the one of Windows, its letters become Latin ones inside Arabic words.
ARABIC_ISO = "iso8859-6"
_MIXED_WORD = re.compile("[\u0621-\u0652][\u00c0-\u00ff]|[\u00c0-\u00ff][\u0621-\u0652]")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# The first signs that make a spreadsheet read a cell as a formula.
_FORMULA_SIGNS = ("=", "+", "-", "@")
_FORMULA_BEGINNINGS = ("\t", "\r", "\n")
# A spreadsheet that expects another separator makes several cells of one, quoted or not.
_PART = re.compile(r"([;,|\t\r\n])")


@dataclass(frozen=True)
class Table:
    """The rows of a file, each with the number of its first line and its cells by column; and its encoding."""

    rows: Iterator[tuple[int, dict[str, str]]]
    encoding: str


def read_table(content: bytes, columns: Sequence[str]) -> Table:
    """Opens a table. Raises Invalid (file_empty, not_text, column_missing); its rows raise Invalid (csv_broken)."""
    text, encoding = decode(content)
    first_line = text.lstrip("\r\n").partition("\n")[0]
    named = _SEPARATOR_LINE.fullmatch(first_line.rstrip("\r"))
    header_line = text.lstrip("\r\n").partition("\n")[2].partition("\n")[0] if named else first_line
    separator = named[1] if named and named[1] in SEPARATORS else max(SEPARATORS, key=header_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = next((row for row in reader if any(map(str.strip, row))), [])
        if named:
            header = next((row for row in reader if any(map(str.strip, row))), [])
    except csv.Error as error:
        raise Invalid("csv_broken", field="file", line=reader.line_num) from error
    return Table(_rows(reader, _positions(header, columns)), encoding)


def decode(content: bytes) -> tuple[str, str]:
    """The text of a file and its encoding. Raises Invalid (file_empty, not_text)."""
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), _unmarked(content))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid("not_text", field="file") from error
    if _NOT_TEXT.search(text):
        raise Invalid("not_text", field="file")
    if not text.strip():
        raise Invalid("file_empty", field="file")
    return text, encoding.removesuffix("-sig")


def _unmarked(content: bytes) -> str:
    head = content[:200]
    if b"\0" in head:
        # The header's letters are ASCII, so the other byte of each is zero.
        return "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return ARABIC_ISO if _is_iso(content) else ARABIC_WINDOWS
    return "utf-8"


def _is_iso(content: bytes) -> bool:
    try:
        content.decode(ARABIC_ISO)
        return _MIXED_WORD.search(content.decode(ARABIC_WINDOWS)) is not None
    except UnicodeDecodeError:
        return False


def _positions(header: list[str], columns: Sequence[str]) -> dict[str, int]:
    positions = {strip_controls(name).casefold().replace(" ", "_"): index for index, name in enumerate(header)}
    missing = [name for name in columns if name not in positions]
    if missing:
        raise Invalid("column_missing", field="file", columns=", ".join(missing))
    return {name: positions[name] for name in columns}


def _rows(reader: Iterator[list[str]], positions: dict[str, int]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows that are not empty, each with its first line; a quoted cell may span several lines."""
    line = reader.line_num + 1  # type: ignore[attr-defined]
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, {name: cells[at] if at < len(cells) else "" for name, at in positions.items()}
            line = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        raise Invalid("csv_broken", field="file", line=reader.line_num) from error  # type: ignore[attr-defined]


def is_formula(value: str) -> bool:
    """Whether a spreadsheet may run a cell: a formula's sign first, also after spaces or in double width."""
    return _begins_with_sign(value) or value.startswith(_FORMULA_BEGINNINGS)


def _begins_with_sign(text: str) -> bool:
    return unicodedata.normalize("NFKC", strip_controls(text)).startswith(_FORMULA_SIGNS)


def escape_formula(value: str) -> str:
    """A cell that no spreadsheet runs, whatever it takes for a separator: a leading apostrophe disables a formula."""
    escaped = "".join(f"'{part}" if _begins_with_sign(part) else part for part in _PART.split(value))
    return f"'{escaped}" if value.startswith(_FORMULA_BEGINNINGS) else escaped


def write_table(header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> bytes:
    """A table for spreadsheets, without formulas, with a byte order mark for UTF-8."""
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer)
    table.writerow(header)
    table.writerows([escape_formula(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")
