"""Reads a spreadsheet's text file: its encoding, its separator, its columns, and the line of every row."""

import csv
import io
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.errors import Invalid
from shared.values.person import strip_controls
from shared.values.spreadsheet import neutral

SEPARATORS = ",;\t|"
# Excel writes this line first to say which separator follows.
# A program that does not know the line fills it up to the width of the table.
_SEPARATOR_LINE = re.compile(r"\s*\"?sep=(.)\"?[\s,;|]*", re.IGNORECASE)
# Those of Windows, of others, and of spreadsheets on older Macintoshes.
_LINE_END = re.compile(r"\r\n|\r|\n")
# Marks that a file may begin with, and its encoding; UTF-16 of either order.
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
# Arabic Windows writes CSV in this one unless it is told otherwise.
ARABIC_WINDOWS = "cp1256"
# What older servers, Excel's "CSV (MS-DOS)" and its "CSV (Macintosh)" write. Read in the one of Windows, their letters
# become signs or Latin letters inside Arabic words.
_OTHERS = ("iso8859-6", "cp720", "mac_arabic")
# Lines of tables and controls; Arabic letters that touch Latin ones; ى and ة before another
# letter; words of accented letters alone; vowel marks of which no letter has two.
_STRANGE = re.compile(
    "[^\x00-\x7f\u00a0\u00ab\u00bb\u00c0-\u024f\u060c\u061b\u061f\u0621-\u0652\u0660-\u0669\u0679-\u06d2\u200c-\u200f\u2010-\u2026]"
    "|[A-Za-z\u00c0-\u024f][\u0621-\u06d2]|[\u0621-\u06d2][A-Za-z\u00c0-\u024f]|[ىة][\u0621-\u064a]"
    "|(?<![A-Za-z])[\u00c0-\u024f]{2,}(?![A-Za-z])|[\u064b-\u0650\u0652]{2}|ى[\u064b-\u0652]"
)
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(frozen=True)
class Table:
    """The rows of a file, each with the number of its first line and its cells by column; and its encoding."""

    rows: Iterator[tuple[int, dict[str, str]]]
    encoding: str


def read_table(content: bytes, columns: Sequence[str]) -> Table:
    """Opens a table. Raises Invalid (file_empty, not_text, column_missing); its rows raise Invalid (csv_broken)."""
    text, encoding = decode(content)
    first_line, second_line, *_ = (*_LINE_END.split(text.lstrip("\r\n"), maxsplit=2), "", "")
    named = _SEPARATOR_LINE.fullmatch(first_line)
    header_line = second_line if named else first_line
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
        return _arabic_encoding(content)
    return "utf-8"


def _arabic_encoding(content: bytes) -> str:
    """The encoding in which a file looks least strange; of equal ones that of Windows."""
    strange = {encoding: _strange_signs(content, encoding) for encoding in (ARABIC_WINDOWS, *_OTHERS)}
    return min(strange, key=lambda encoding: strange[encoding])


def _strange_signs(content: bytes, encoding: str) -> float:
    try:
        return len(_STRANGE.findall(content.decode(encoding)))
    except UnicodeDecodeError:
        return math.inf


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


def write_table(header: Sequence[str], rows: Sequence[Sequence[str | int]]) -> bytes:
    """A table for spreadsheets, without formulas, with a byte order mark for UTF-8."""
    buffer = io.StringIO(newline="")
    table = csv.writer(buffer)
    table.writerow(header)
    table.writerows([neutral(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")
