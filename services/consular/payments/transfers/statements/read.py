"""Reads a file of bank statements: which format it is, and whether its balances agree with its lines."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from services.consular.payments.transfers.rules import ParsedLine, ParsedStatement
from services.consular.payments.transfers.statements import camt, mt940_text
from services.consular.payments.transfers.statements.broken import BrokenStatement
from shared.errors import Invalid, TooLarge

MAX_BYTES = 50 * 1024 * 1024
# A busy mission has some hundred a month. A longer file is imported in parts.
MAX_LINES = 2_000
CAMT, MT940 = "camt", "mt940"
READERS: dict[str, Callable[[bytes, int], list[ParsedStatement]]] = {CAMT: camt.read, MT940: mt940_text.read}
# A day of another time is a fault of the file.
YEARS = range(1990, 2101)


@dataclass(frozen=True)
class ParsedFile:
    """The statements of a file, and its format."""

    format: str
    statements: list[ParsedStatement]

    @property
    def lines(self) -> int:
        """How many movements it has."""
        return sum(len(statement.lines) for statement in self.statements)


def read_file(content: bytes) -> ParsedFile:
    """The statements of a file. Raises TooLarge (statement_too_large) and Invalid beside the field `file`.

    Codes: statement_unknown_format, statement_encoding, statement_entities, statement_broken,
    statement_amount, statement_currency, statement_too_long, statement_unbalanced, statement_empty.
    """
    if len(content) > MAX_BYTES:
        raise TooLarge("statement_too_large", field="file")
    if not content.strip():
        raise Invalid("statement_empty", field="file")
    kind = _format(content)
    try:
        statements = READERS[kind](content, MAX_LINES)
    except BrokenStatement as broken:
        raise Invalid(broken.code, field="file") from broken
    if not statements:
        raise Invalid("statement_empty", field="file")
    if not all(day.year in YEARS for statement in statements for day in _days(statement)):
        raise Invalid("statement_broken", field="file")
    if not all(statement.is_balanced for statement in statements):
        raise Invalid("statement_unbalanced", field="file")
    return ParsedFile(kind, [replace(one, lines=tuple(filter(_moves, one.lines))) for one in statements])


def _days(statement: ParsedStatement) -> Iterator[date]:
    yield from (statement.opened_on, statement.closed_on)
    for line in statement.lines:
        yield from (line.booked_on, line.value_on)


def _moves(line: ParsedLine) -> bool:
    """Whether any money moved: banks write messages as lines without an amount."""
    return line.money.amount != 0


def _format(content: bytes) -> str:
    head = content[:4_096]
    # The zero bytes of UTF-16 are left out: its letters are seen all the same.
    bare = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if bare.startswith(b"<"):
        return CAMT
    if b":20:" in bare:
        return MT940
    raise Invalid("statement_unknown_format", field="file")
