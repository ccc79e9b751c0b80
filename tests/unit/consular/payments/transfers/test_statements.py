"""Files of bank statements: what is read of them, and what is wrong with a file that is none."""

import logging
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.consular.payments.transfers.statements import read
from services.consular.payments.transfers.statements.read import ParsedFile, read_file
from shared.errors import Invalid, TooLarge
from tests.factories.payments.bank import IBANS, Movement, Statement, camt, mt940
from tests.factories.refusals import refuses

DAY = date(2026, 3, 2)
MOVEMENTS = (
    Movement(75_000, DAY, "RF18 RUHA BCDE FGHJ K2", "REF1", "رشا الحسين"),
    Movement(-700, DAY, "Charges", "REF2", "Bank"),
    Movement(75_000, DAY, "RF18 RUHA BCDE FGHJ K2", "", "Rasha Alhussein"),
)
GOOD = Statement(MOVEMENTS, DAY, DAY, 100_000)
XML = camt(GOOD)
SWIFT = mt940(GOOD)


def amounts(parsed: ParsedFile) -> list[int]:
    return [line.money.amount for statement in parsed.statements for line in statement.lines]


@pytest.mark.parametrize("content", [XML, SWIFT], ids=["camt", "mt940"])
def test_both_formats_say_the_same(content: bytes) -> None:
    (statement,) = read_file(content).statements
    assert (statement.account, statement.currency) == (IBANS["RUH"], "SAR")
    assert (statement.opening, statement.closing) == (100_000, 249_300)
    assert [line.money.amount for line in statement.lines] == [75_000, -700, 75_000]
    assert statement.lines[0].bank_reference == "REF1"
    assert statement.lines[0].party == "رشا الحسين"
    assert "RF18" in statement.lines[0].text


@pytest.mark.parametrize("currency", ["KWD", "JPY", "HUF"])
@pytest.mark.parametrize("write", [camt, mt940])
def test_currencies_of_three_two_and_no_decimals(write: Callable[..., bytes], currency: str) -> None:
    assert amounts(read_file(write(Statement([Movement(12_345, DAY)], DAY, DAY, currency=currency)))) == [12_345]


def test_prefixes_and_other_versions_are_read_alike() -> None:
    prefixed = XML.replace(b"<Document xmlns=", b"<n:Document xmlns:n=").replace(b"</Document", b"</n:Document")
    assert amounts(read_file(prefixed)) == amounts(read_file(XML.replace(b"053.001.08", b"053.001.02")))


def test_transactions_of_a_grouped_entry_are_lines_and_charges_kept_of_it_too() -> None:
    grouped = camt(Statement(MOVEMENTS[::2], DAY, DAY, grouped=True))
    assert amounts(read_file(grouped)) == [75_000, 75_000]
    kept = grouped.replace(b'<Amt Ccy="SAR">1500.00</Amt>', b'<Amt Ccy="SAR">1497.50</Amt>')
    assert amounts(read_file(kept)) == [75_000, 75_000, -250]


def test_the_instructed_amount_is_no_amount_of_the_account() -> None:
    """What pycamt 1.1.1 takes for it."""
    details = (
        b"<AmtDtls><InstdAmt><Amt Ccy='USD'>200.00</Amt></InstdAmt><TxAmt><Amt Ccy='SAR'>750.00</Amt></TxAmt></AmtDtls>"
    )
    grouped = camt(Statement(MOVEMENTS[::2], DAY, DAY, grouped=True))
    side = b'<Amt Ccy="SAR">750.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    assert amounts(read_file(grouped.replace(side, details))) == [75_000, 75_000]


def test_what_is_not_booked_yet_is_left_out() -> None:
    pending = camt(Statement([], DAY, DAY)).replace(
        b"</Stmt>",
        b'<Ntry><Amt Ccy="SAR">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry></Stmt>',
    )
    assert amounts(read_file(pending)) == []


def test_a_reversed_credit_is_a_debit() -> None:
    reversal = Movement(-75_000, DAY, "reversed", "R1", reversal=True)
    for write in (camt, mt940):
        (line,) = read_file(write(Statement([reversal], DAY, DAY))).statements[0].lines
        assert (line.money.amount, line.reversal) == (-75_000, True)


ENTITY = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE d SYSTEM "file:///etc/hostname" [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "statement_empty"),
    "spaces": (b" \r\n", "statement_empty"),
    "prose": (b"Dear colleagues, here is the statement", "statement_unknown_format"),
    "another XML": (b"<html><body/></html>", "statement_unknown_format"),
    "a notification": (XML.replace(b"BkToCstmrStmt", b"BkToCstmrDbtCdtNtfctn"), "statement_unknown_format"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "statement_unknown_format"),
    "XML that ends early": (XML[:-40], "statement_broken"),
    "XML that ends in an entry": (XML[: XML.index(b"<Ntry>") + 30], "statement_broken"),
    "MT940 that ends early": (SWIFT[: SWIFT.index(b":62F:")], "statement_broken"),
    "MT940 that ends in a line": (SWIFT[: SWIFT.index(b":61:") + 12], "statement_broken"),
    "MT940 that ends in its balance": (SWIFT[: SWIFT.index(b":62F:") + 18], "statement_unbalanced"),
    "MT940 with a line nobody can read": (SWIFT.replace(b"C750,00", b"Cabc", 1), "statement_broken"),
    "MT940 in UTF-16": (SWIFT.decode().encode("utf-16"), "statement_encoding"),
    "XML in another encoding": (XML.replace("رشا".encode(), "رشا".encode("cp1256")), "statement_encoding"),
    "XML in an unknown encoding": (XML.replace(b'"UTF-8"', b'"X-SECRET"'), "statement_encoding"),
    "entities": (XML.replace(b"?>", b"?>" + ENTITY, 1), "statement_entities"),
    "entities from outside": (XML.replace(b"?>", b"?>" + OUTSIDE, 1), "statement_entities"),
    "entities in UTF-16": (
        XML.replace(b"?>", b"?>" + ENTITY, 1).replace(b"UTF-8", b"UTF-16").decode().encode("utf-16"),
        "statement_entities",
    ),
    "three decimals": (XML.replace(b"750.00", b"750.001"), "statement_amount"),
    "3,75": (XML.replace(b"750.00", b"3,75"), "statement_amount"),
    "Arabic separators": (XML.replace(b"750.00", "٧٥٠٫٠٠".encode()), "statement_amount"),
    "a negative amount": (XML.replace(b"750.00", b"-750.00"), "statement_amount"),
    "10^15": (XML.replace(b"750.00", b"10000000000000.01"), "statement_amount"),
    "an exponent": (XML.replace(b"750.00", b"75e1"), "statement_amount"),
    "an underscore": (XML.replace(b"750.00", b"7_50.00"), "statement_amount"),
    "a currency sign": (XML.replace(b"750.00", "750.00 ﷼".encode()), "statement_amount"),
    "spaces inside": (XML.replace(b"750.00", b"7 50.00"), "statement_amount"),
    "no figures": (XML.replace(b"750.00", b"."), "statement_amount"),
    "the first day of all": (XML.replace(b"2026-03-02", b"0001-01-01"), "statement_broken"),
    "the last day of all": (XML.replace(b"2026-03-02", b"9999-12-31", 1), "statement_broken"),
    "a line of another century": (XML.replace(b"<ValDt><Dt>2026", b"<ValDt><Dt>2926", 1), "statement_broken"),
    "infinity": (XML.replace(b"750.00", b"Infinity"), "statement_amount"),
    "an unknown currency": (XML.replace(b"SAR", b"XXX"), "statement_currency"),
    "a pound without its unit": (XML.replace(b"SAR", b"SYP"), "statement_currency"),
    "balances that do not agree": (XML.replace(b"2493.00", b"2493.01"), "statement_unbalanced"),
    "MT940 whose balances do not agree": (SWIFT.replace(b"2493,00", b"2493,01"), "statement_unbalanced"),
    "no balances": (XML.replace(b"CLBD", b"ITAV").replace(b"OPBD", b"ITAV"), "statement_unbalanced"),
    "lines of another currency": (
        XML.replace(b'<Ntry><Amt Ccy="SAR">', b'<Ntry><Amt Ccy="USD">', 1),
        "statement_unbalanced",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "code"), BAD.values(), ids=BAD)
def test_a_file_that_is_no_statement_is_refused_beside_its_field(content: bytes, code: str) -> None:
    with refuses(code, Invalid) as raised:
        read_file(content)
    assert raised.value.errors == {"file": code}


@pytest.mark.parametrize("write", [camt, mt940])
def test_a_line_without_money_is_a_message_and_no_movement(write: Callable[..., bytes]) -> None:
    with_message = (*MOVEMENTS, Movement(0, DAY, "New terms from 1 April"))
    assert amounts(read_file(write(Statement(with_message, DAY, DAY)))) == [75_000, -700, 75_000]


def test_a_file_of_more_than_50_megabytes_is_refused_unread() -> None:
    with refuses("statement_too_large", TooLarge):
        read_file(bytes(read.MAX_BYTES + 1))


@pytest.mark.parametrize("write", [camt, mt940])
def test_more_movements_than_a_file_may_have(write: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_LINES", 2)
    with refuses("statement_too_long", Invalid):
        read_file(write(GOOD))


def test_a_text_that_is_a_path_is_no_file(tmp_path: Path) -> None:
    """The library reads a file whose path it is given as text."""
    statement = tmp_path / ":20:x"
    statement.write_bytes(SWIFT)
    with refuses("statement_empty", Invalid):
        read_file(str(statement).encode())


def test_no_line_of_a_statement_gets_into_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), refuses("statement_broken", Invalid):
        read_file(SWIFT.replace(b"C750,00", b"Cabc", 1))
    assert caplog.text == ""
