"""Reads CAMT.053, the bank statement of ISO 20022, in any of its versions.

The file comes from outside: no entity is resolved, nothing is fetched, and entries are read one after the other. Of a
grouped entry every transaction is a line of its own. ADR 0024 says why lxml is used and no library above it.
"""

import io
import re
from collections.abc import Iterator
from datetime import date

from lxml import etree

from services.consular.payments.transfers.rules import ParsedLine, ParsedStatement
from services.consular.payments.transfers.statements.broken import BrokenStatement, bank_money
from shared.values.money import Money

OPENING, CLOSING, INTERIM = ("OPBD", "PRCD"), ("CLBD",), "ITBD"
BOOKED, CREDIT = "BOOK", "CRDT"
SIGNS = {CREDIT: 1, "DBIT": -1}
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?\sencoding=["']([A-Za-z0-9._-]{1,40})["']""")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
# Of a document that is no statement one word is enough.
_STATEMENT = "BkToCstmrStmt"


def read(content: bytes, max_lines: int) -> list[ParsedStatement]:
    """The statements of a file. Raises BrokenStatement."""
    _check_encoding(content)
    statements: list[ParsedStatement] = []
    entries: list[ParsedLine] = []
    count = 0
    try:
        for element in _elements(content):
            if etree.QName(element).localname == "Ntry":
                lines = _lines_of(element)
                entries += lines
                count += len(lines)
                if count > max_lines:
                    raise BrokenStatement("statement_too_long")
            else:
                statements.append(_statement(element, tuple(entries)))
                entries = []
            element.clear()
    except etree.XMLSyntaxError as error:
        raise BrokenStatement("statement_broken") from error
    return statements


def _check_encoding(content: bytes) -> None:
    """The bytes must be in the encoding that the file says, UTF-8 where it says none."""
    declared = _DECLARED.match(content.lstrip(b"\xef\xbb\xbf \r\n\t"))
    encoding = "utf-16" if content.startswith(_UTF16) else declared[1].decode() if declared else "utf-8"
    try:
        content.decode(encoding)
    except (LookupError, UnicodeError) as error:
        raise BrokenStatement("statement_encoding") from error


def _elements(content: bytes) -> Iterator[etree._Element]:
    """Entries and statements as they end. A document type is refused: entities are all it would be needed for."""
    parsing = etree.iterparse(
        io.BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    is_first, is_statement = True, False
    for event, element in parsing:
        if is_first and element.getroottree().docinfo.internalDTD is not None:
            raise BrokenStatement("statement_entities")
        is_first = False
        name = etree.QName(element).localname
        is_statement = is_statement or name == _STATEMENT
        if event == "end" and name in ("Ntry", "Stmt") and is_statement:
            yield element
    if not is_statement:
        raise BrokenStatement("statement_unknown_format")


def _text(element: etree._Element | None, *paths: str) -> str:
    """The text of the first path that leads somewhere; steps are between slashes, in any namespace."""
    if element is None:
        return ""
    for path in paths:
        found = element.findtext("/".join("{*}" + step for step in path.split("/")))
        if found and found.strip():
            return found.strip()
    return ""


def _all(element: etree._Element, path: str) -> list[etree._Element]:
    return element.findall("/".join("{*}" + step for step in path.split("/")))


def _day(element: etree._Element, path: str) -> date | None:
    text = _text(element, f"{path}/Dt", f"{path}/DtTm")
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError as error:
        raise BrokenStatement("statement_broken") from error


def _amount(element: etree._Element | None, indicator: str) -> Money:
    """An Amt with its currency. Raises BrokenStatement where either is missing."""
    if element is None or indicator not in SIGNS:
        raise BrokenStatement("statement_broken")
    return bank_money((element.text or "").strip(), element.get("Ccy") or "", SIGNS[indicator])


def _statement(element: etree._Element, entries: tuple[ParsedLine, ...]) -> ParsedStatement:
    balances = [
        (_text(one, "Tp/CdOrPrtry/Cd"), _amount(one.find("{*}Amt"), _text(one, "CdtDbtInd")), _day(one, "Dt"))
        for one in _all(element, "Bal")
    ]
    interim = [one for one in balances if one[0] == INTERIM]
    opened = next((one for code in OPENING for one in balances if one[0] == code), next(iter(interim), None))
    closed = next((one for one in balances if one[0] in CLOSING), next(reversed(interim), None))
    if opened is None or closed is None or opened is closed or opened[2] is None or closed[2] is None:
        raise BrokenStatement("statement_unbalanced")
    return ParsedStatement(
        account=_text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id"),
        currency=closed[1].currency,
        number=_text(element, "ElctrncSeqNb", "LglSeqNb", "Id"),
        page=_text(element, "StmtPgntn/PgNb"),
        opened_on=opened[2],
        closed_on=closed[2],
        opening=opened[1].amount,
        closing=closed[1].amount,
        lines=entries,
    )


def _lines_of(entry: etree._Element) -> list[ParsedLine]:
    """The lines of an entry: its transactions where each has an amount, or the entry as a whole."""
    if _text(entry, "Sts/Cd", "Sts") != BOOKED:
        return []
    whole = _amount(entry.find("{*}Amt"), _text(entry, "CdtDbtInd"))
    details = _all(entry, "NtryDtls/TxDtls")
    amounts = [_detail_amount(detail, entry) for detail in details] if len(details) > 1 else []
    known = [amount for amount in amounts if amount is not None and amount.currency == whole.currency]
    if not known or len(known) < len(details):
        return [_line(entry, details, whole)]
    lines = [_line(entry, [detail], amount) for detail, amount in zip(details, known, strict=True)]
    rest = whole.amount - sum(amount.amount for amount in known)
    # What a bank keeps of a grouped entry, its charges for example, is a movement too.
    return lines if rest == 0 else [*lines, _line(entry, [], Money(rest, whole.currency))]


def _detail_amount(detail: etree._Element, entry: etree._Element) -> Money | None:
    """In the account's currency: what the payer instructed may be of another one and is no amount of the account."""
    amount = detail.find("{*}Amt")
    if amount is None:
        amount = detail.find("{*}AmtDtls/{*}TxAmt/{*}Amt")
    indicator = _text(detail, "CdtDbtInd") or _text(entry, "CdtDbtInd")
    return None if amount is None else _amount(amount, indicator)


def _line(entry: etree._Element, details: list[etree._Element], money: Money) -> ParsedLine:
    booked_on = _day(entry, "BookgDt") or _day(entry, "ValDt")
    if booked_on is None:
        raise BrokenStatement("statement_broken")
    other = "Dbtr" if money.amount > 0 else "Cdtr"
    single = details[0] if len(details) == 1 else None
    words = [part for detail in details for part in _words(detail)]
    return ParsedLine(
        booked_on=booked_on,
        value_on=_day(entry, "ValDt") or booked_on,
        money=money,
        bank_reference=_text(single, "Refs/AcctSvcrRef") or _text(entry, "AcctSvcrRef"),
        text=" ".join(dict.fromkeys([*words, _text(entry, "AddtlNtryInf")])).strip(),
        party=_text(single, f"RltdPties/{other}/Pty/Nm", f"RltdPties/{other}/Nm", f"RltdPties/Ultmt{other}/Nm"),
        party_iban=_text(single, f"RltdPties/{other}Acct/Id/IBAN", f"RltdPties/{other}Acct/Id/Othr/Id"),
        reversal=_text(entry, "RvslInd") in ("true", "1"),
    )


def _words(detail: etree._Element) -> list[str]:
    paths = ("RmtInf/Strd/CdtrRefInf/Ref", "RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "Refs/EndToEndId", "AddtlTxInf")
    return [(one.text or "").strip() for path in paths for one in _all(detail, path) if (one.text or "").strip()]
