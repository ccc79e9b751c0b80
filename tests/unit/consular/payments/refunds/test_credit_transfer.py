"""The order to a bank: held against the published schema, with the digits that each currency has."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import sepaxml
from lxml import etree

from services.consular.payments.refunds.credit_transfer import NAMESPACE, Account, Transfer, credit_transfer
from services.consular.payments.refunds.ibans import read_iban
from shared.values.money import Money

SCHEMA = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
MISSION = Account("DE89370400440532013000", "Specimen Mission")
NAMES = {"p": NAMESPACE}


def order(*moneys: Money, holder: str = "Rasha Alhussein") -> etree._Element:
    transfers = [
        Transfer(f"RUH-F{number}", money, Account("SA0380000000608010167519", holder))
        for number, money in enumerate(moneys)
    ]
    text = credit_transfer("RUH-B1", datetime(2026, 11, 29, 23, 30, tzinfo=UTC), date(2026, 11, 30), MISSION, transfers)
    document = etree.fromstring(text.encode())
    etree.XMLSchema(etree.parse(SCHEMA)).assertValid(document)
    return document


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(75_000, "SAR"), "750.00"),
        (Money(61_500, "KWD"), "61.500"),
        (Money(31_000, "JPY"), "31000"),
        (Money(1, "EUR"), "0.01"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(money: Money, written: str) -> None:
    amount = order(money).find(".//p:InstdAmt", NAMES)
    assert amount is not None
    assert (amount.text, amount.get("Ccy")) == (written, money.currency)


def test_the_order_counts_and_adds_up_its_transfers() -> None:
    document = order(Money(10_010, "EUR"), Money(5, "EUR"), Money(20_000, "EUR"))
    assert [found.text for found in document.findall(".//p:NbOfTxs", NAMES)] == ["3", "3"]
    assert [found.text for found in document.findall(".//p:CtrlSum", NAMES)] == ["300.15", "300.15"]
    assert [found.text for found in document.findall(".//p:EndToEndId", NAMES)] == ["RUH-F0", "RUH-F1", "RUH-F2"]
    assert document.findtext(".//p:ReqdExctnDt/p:Dt", namespaces=NAMES) == "2026-11-30"


@pytest.mark.parametrize(("currency", "bearer"), [("SAR", "DEBT"), ("KWD", "DEBT"), ("EUR", "SLEV")])
def test_no_bank_takes_its_charges_out_of_what_is_owed_back(currency: str, bearer: str) -> None:
    assert order(Money(75_000, currency)).findtext(".//p:ChrgBr", namespaces=NAMES) == bearer


def test_markup_in_a_name_stays_a_name() -> None:
    document = order(Money(1, "EUR"), holder="A & B <Amt>")
    assert document.findtext(".//p:Cdtr/p:Nm", namespaces=NAMES) == "A & B <Amt>"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        (" sa03 8000 0000 6080 1016 7519 ", "SA0380000000608010167519"),
        ("IBAN: DE89-3704-0044-0532-0130-00", "DE89370400440532013000"),
        ("IBAN DE89 3704 0044 0532 0130 00", "DE89370400440532013000"),
        ("رقم الحساب: ＤＥ８９ 3704 0044 0532 0130 00\u200f", "DE89370400440532013000"),
        ("SA٠٣ ٨٠٠٠ ٠٠٠٠ ٦٠٨٠ ١٠١٦ ٧٥١٩", "SA0380000000608010167519"),
    ],
)
def test_account_numbers_are_read_as_people_write_them(typed: str, read: str) -> None:
    assert read_iban(typed) == read


@pytest.mark.parametrize(
    "typed", ["", "DE88370400440532013000", "DE8937040044053201300", "XX89370400440532013000", "4711", "DE" * 40]
)
def test_no_bank_has_these_account_numbers(typed: str) -> None:
    with pytest.raises(ValueError, match=r"^iban$"):
        read_iban(typed)
