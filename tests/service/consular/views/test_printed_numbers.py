"""A case is found by everything printed about it, typed in parts or read by a device that types."""

import secrets
from collections.abc import Callable

import pytest

from shared.values.keyboard import latin_readings
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.texts.arabic_keys import on_arabic_keys

At = Callable[..., Counter]
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def cases_of(here: Counter, typed: str) -> list[str]:
    answer = here.client.get("/desk/queue", officer(), query_string={"q": typed})
    assert answer.status_code == 200, answer.get_json()
    return [row["reference"] for row in answer.get_json()["rows"]]


def test_receipt_payment_and_slip_lead_to_the_case(counter: At) -> None:
    here = counter().until("in_review")
    payment = here.read()["payments"][0]
    for typed in (payment["receipt"], payment["reference"], f"https://mahjar.example/verify/{payment['reference']}"):
        assert cases_of(here, typed) == [here.reference], typed
    short = payment["receipt"].replace("-", " ").replace("00", "")
    assert cases_of(here, short) == [here.reference]


@pytest.mark.parametrize("change", [str.lower, str.upper, on_arabic_keys])
def test_a_reader_of_codes_types_on_any_keyboard(counter: At, change: Callable[[str], str]) -> None:
    here = counter().until("in_review")
    for code in (here.reference, here.read()["payments"][0]["reference"]):
        assert cases_of(here, change(code)) == [here.reference]


def test_the_address_of_a_slip_is_read_on_arabic_keys() -> None:
    assert "RUH-7K3MQ" in set(latin_readings(on_arabic_keys("RUH-7K3MQ")))
    assert "https" in "".join(latin_readings("اففحس"))
    assert not list(latin_readings("RUH-7K3MQ"))


def test_a_telephone_number_is_found_as_people_write_it(counter: At) -> None:
    here = counter().until("in_review")
    mobile = str(here.read()["answers"]["mobile"])
    assert mobile.startswith("+")
    with_zero = (f"{mobile[:4]} (0) {mobile[4:]}", f"{mobile[:4]}(٠){mobile[4:]}")
    for typed in (mobile, mobile.replace("+", "00"), mobile[-7:], f"0{mobile[4:]}", " ".join(mobile), *with_zero):
        assert here.reference in cases_of(here, typed), typed


def test_a_document_of_a_register_leads_to_the_case(counter: At) -> None:
    here = counter().until("with_authority", "individual-extract")
    # The tests of a run share one database, where a number must be nobody else's.
    count = str(10**8 + secrets.randbelow(9 * 10**8))
    number = f"RUH-IE-2026-{count}"
    here.decide("granted", ask="extract", document="RUH-R23", document_number=number)
    assert here.read()["status"] == "ready"
    noisy = f"إخراج قيد رقم {number.translate(ARABIC)}"
    for typed in (number, f"ie 2026 {count}", f"No. RUHIE2026{count}.", number.replace("-", "–"), noisy):
        assert cases_of(here, typed) == [here.reference], typed


def test_an_answer_of_before_brings_no_number(counter: At) -> None:
    here = counter().until("with_authority", "individual-extract")
    here.decide("granted", ask="extract", document="RUH-R23")
    assert here.read()["status"] == "ready"
    assert cases_of(here, "RUH-IE-2026-000999") == []


def test_words_around_a_number_are_no_part_of_it(counter: At) -> None:
    here = counter().until("in_review")
    receipt = here.read()["payments"][0]["receipt"]
    for typed in (
        f"Receipt {receipt} please",
        f"وصل {receipt}",
        f"{receipt}.",
        f"({receipt})",
        f"no:{receipt}, {receipt}",
    ):
        assert cases_of(here, typed) == [here.reference], typed
    assert cases_of(here, f"{receipt}9") == []


def test_the_digits_of_a_documents_number_are_no_passport_number(counter: At) -> None:
    here = counter().until("with_authority", "passport-renewal")
    serial = here.stock()[0]
    here.decide("granted")
    digits = serial[-6:]
    assert here.reference in cases_of(here, digits)
    for typed in (f"IE-2026-{digits}", f"RUH-RC-2026-{digits}", f"RUH-CS-2026-{digits}"):
        assert cases_of(here, typed) == [], typed
