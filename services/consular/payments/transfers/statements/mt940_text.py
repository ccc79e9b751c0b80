"""Reads MT940, the bank statement of SWIFT, with the library mt-940."""

import io
import logging
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import mt940

from services.consular.payments.transfers.rules import ParsedLine, ParsedStatement
from services.consular.payments.transfers.statements.broken import BrokenStatement, bank_money
from shared.values.money import Money

# The library logs the lines it cannot read, with the names and accounts in them.
logging.getLogger("mt940").setLevel(logging.CRITICAL + 1)
# Every repair that the library leaves to its next version: among them the sign of a reversed credit.
OPTIONS = mt940.Options.all()
CREDITS, REVERSALS = frozenset(("C", "RD")), frozenset(("RC", "RD"))
OPENINGS, CLOSINGS = (
    ("final_opening_balance", "intermediate_opening_balance"),
    ("final_closing_balance", "intermediate_closing_balance"),
)
_LINE, _STATEMENT = re.compile(r"(?m)^:61:"), re.compile(r"(?m)^:20:")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
# Banks of Europe that do not write UTF-8 write this; the digits and letters of references are the same in both.
OTHER_ENCODING = "cp1252"
TEXTS = (
    *("purpose", "transaction_details", "additional_purpose", "end_to_end_reference", "customer_reference"),
    *("extra_details", "posting_text"),
)


def read(content: bytes, max_lines: int) -> list[ParsedStatement]:
    """The statements of a file. Raises BrokenStatement."""
    text = _decode(content).replace("\r\n", "\n").replace("\r", "\n")
    count = len(_LINE.findall(text))
    if count > max_lines:
        raise BrokenStatement("statement_too_long")
    try:
        # As a file: of a text that is a path the library would read that file instead.
        parsed = mt940.parse_statements(io.StringIO(text), options=OPTIONS)
        statements = [_statement(one) for one in parsed]
    except BrokenStatement:
        raise
    except (RuntimeError, ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise BrokenStatement("statement_broken") from error
    # What the library passed over in silence would be money that nobody books.
    if len(statements) != len(_STATEMENT.findall(text)) or sum(len(one.lines) for one in statements) != count:
        raise BrokenStatement("statement_broken")
    return statements


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode(OTHER_ENCODING)
        except UnicodeDecodeError as error:
            raise BrokenStatement("statement_encoding") from error
    if _NOT_TEXT.search(text):
        raise BrokenStatement("statement_encoding")
    return text


def _statement(parsed: Any) -> ParsedStatement:
    opened, closed = _balance(parsed.data, OPENINGS), _balance(parsed.data, CLOSINGS)
    currency = closed[1].currency
    return ParsedStatement(
        account=str(parsed.data.get("account_identification") or ""),
        currency=currency,
        number=str(parsed.data.get("statement_number") or ""),
        page=str(parsed.data.get("sequence_number") or ""),
        opened_on=opened[0],
        closed_on=closed[0],
        opening=opened[1].amount,
        closing=closed[1].amount,
        lines=tuple(_line(one.data, currency) for one in parsed),
    )


def _balance(data: Mapping[str, Any], names: tuple[str, ...]) -> tuple[date, Money]:
    """The day and the amount. Raises BrokenStatement where there is none: the file ends in the middle."""
    balance = next((data[name] for name in names if data.get(name) is not None), None)
    if balance is None:
        raise BrokenStatement("statement_broken")
    amount: Decimal = balance.amount.amount
    return _day(balance.date), bank_money(str(abs(amount)), balance.amount.currency, -1 if amount < 0 else 1)


def _line(data: Mapping[str, Any], currency: str) -> ParsedLine:
    is_credit = data["status"].upper() in CREDITS
    value_on = _day(data["date"])
    words = [str(data[name]).strip() for name in TEXTS if data.get(name)]
    return ParsedLine(
        booked_on=_day(data["entry_date"]) if data.get("entry_date") else value_on,
        value_on=value_on,
        money=bank_money(str(abs(data["amount"].amount)), currency, 1 if is_credit else -1),
        bank_reference=str(data.get("bank_reference") or ""),
        text=" ".join(dict.fromkeys(words)),
        party=str(data.get("applicant_name") or ""),
        party_iban=str(data.get("applicant_iban") or data.get("gvc_applicant_iban") or ""),
        reversal=data["status"].upper() in REVERSALS,
    )


def _day(day: date) -> date:
    """A plain date: the library's own class is none that compares with others alike."""
    return date(day.year, day.month, day.day)
