"""Papers that accompany cash: amounts say their currency, a sum stands once, and each signs what is theirs to sign."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.documents import drawing, typesetting
from shared.i18n import language
from tests.factories.documents.pdf import render
from tests.factories.documents.printed import pages_of
from tests.factories.documents.snapshots import SAMPLES, both, document
from tests.readers.drawn import misread_document

EN, AR = language("en"), language("ar")
NAMELESS = {"ar": "", "en": ""}


def page(kind: str, **changed: Any) -> str:
    return typesetting.html(document(kind, **changed), "consular")


def test_the_columns_of_a_deposit_name_the_currency() -> None:
    drawn = page("deposit-slip")
    assert 'الفئة، <bdi dir="ltr">SAR</bdi><span lang="en">Coin or note, SAR</span>' in drawn
    assert 'القيمة، <bdi dir="ltr">SAR</bdi><span lang="en">Value, SAR</span>' in drawn


@pytest.mark.parametrize("kind", ["payout-slip", "deposit-slip"])
def test_a_cashier_without_a_name_signs(kind: str) -> None:
    assert page(kind).count('class="signature"') == 1
    assert page(kind, cashier=NAMELESS).count('class="signature"') == 2


def test_who_receives_a_refund_signs_without_a_seal_and_the_bank_is_no_place_of_the_mission() -> None:
    received = page("payout-slip").partition('class="signature"')[2]
    assert AR.text("print.hand") in received and AR.text("print.signature") not in received
    stamped = page("deposit-slip").partition('class="signature"')[2]
    assert AR.text("deposit.signature") in stamped and "الرياض" not in stamped.partition("</table>")[0]


def test_the_receipt_of_a_part_says_what_is_whole_and_what_is_paid_with_it() -> None:
    of_parts = {"price": 93_750, "before": 20_000, "remaining": 50_000}
    instalment = {name: {"amount": amount, "currency": "SAR"} for name, amount in of_parts.items()}
    drawn = page("receipt", instalment=instalment, total={"amount": 23_750, "currency": "SAR"})
    rows = [re.sub(r"<[^>]+>", " ", row).split() for row in re.findall(r"<tr>(.*?)</tr>", drawn, re.S)]
    said = [" ".join(row) for row in rows]
    assert "الرسم كاملًا Whole fee 937.50" in said
    assert "وصل قبل ذلك Received before 200.00" in said and "الباقي Remaining 500.00" in said
    assert "المدفوع Paid 237.50" in said
    assert EN.text("receipt.total") not in re.sub(r"<[^>]+>", "", drawn)


def test_the_receipt_of_a_shortened_transfer_is_for_what_arrived_and_says_who_bears_the_rest() -> None:
    drawn = page("receipt", borne={"amount": 1_000, "currency": "SAR"}, total={"amount": 92_750, "currency": "SAR"})
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>(.*?)</tr>", drawn, re.S)]
    assert f"{AR.text('receipt.borne')} {EN.text('receipt.borne')} 10.00" in rows
    assert "المدفوع Paid 927.50" in rows
    assert EN.text("receipt.total") not in re.sub(r"<[^>]+>", "", drawn)


@pytest.mark.skipif(not drawing.is_available(), reason="draws PDFs")
@pytest.mark.parametrize(("kind", "name"), [("deposit-slip", "pieces"), ("receipt", "lines")])
@pytest.mark.parametrize("times", [9, 11, 12, 13, 14, 15, 16])
def test_a_sum_is_printed_once_below_the_last_row(kind: str, name: str, times: int) -> None:
    pages = pages_of(render(document(kind, **{name: SAMPLES[kind][name] * times})))
    sums = [sheet for sheet in pages if AR.text("receipt.total") + " " + EN.text("receipt.total") in sheet]
    assert sums == pages[-1:]
    last_row = "1.00" if kind == "deposit-slip" else EN.text("fee.document_from_syria")
    assert last_row in sums[0]


HARD = both("محمد (أبو خالد) الثاني عبد الكريم الكُردي", "")
VARIANTS: dict[str, tuple[str, dict[str, Any]]] = {
    "three decimals, no Latin name": (
        "payout-slip",
        {"total": {"amount": 102_003, "currency": "KWD"}, "holder": HARD, "beneficiary": None},
    ),
    "a currency without forms": ("payout-slip", {"total": {"amount": 1_000_003, "currency": "JPY"}}),
    "a cashier with Turkish letters": ("payout-slip", {"cashier": both("شكرو أوكتن", "Şükrü Ökten")}),
    "no cashier": ("deposit-slip", {"cashier": NAMELESS, "total": {"amount": 600_700, "currency": "SYP-NEW"}}),
    "a second sheet": ("deposit-slip", {"pieces": SAMPLES["deposit-slip"]["pieces"] * 16}),
    "by transfer": ("receipt", {"method": "transfer", "cashier": None, "holder": HARD, "rate": None}),
    "a part": (
        "receipt",
        {
            "instalment": {
                "price": {"amount": 93_750, "currency": "SAR"},
                "before": {"amount": 20_000, "currency": "SAR"},
                "remaining": {"amount": 50_000, "currency": "SAR"},
            },
            "total": {"amount": 23_750, "currency": "SAR"},
        },
    ),
    "a shortened transfer": (
        "receipt",
        {"borne": {"amount": 1_000, "currency": "SAR"}, "total": {"amount": 92_750, "currency": "SAR"}},
    ),
    "a rounded sum": ("receipt", {"rounding": {"amount": -5, "currency": "SAR"}}),
    "a family": ("turn-slip", {"persons": 4, "holder": HARD}),
}


@pytest.mark.skipif(not drawing.is_available(), reason="draws PDFs")
@pytest.mark.parametrize("variant", VARIANTS)
def test_four_readers_take_out_every_value(variant: str, tmp_path: Path) -> None:
    kind, changed = VARIANTS[variant]
    count, misses = misread_document(document(kind, **changed), tmp_path)
    assert (count > 25, misses) == (True, [])
