"""A case is found by everything printed about it, typed in parts or read by a device that types."""

from collections.abc import Callable

import pytest

from shared.values.keyboard import latin_readings
from tests.conftest import officer
from tests.factories.applications import Counter
from tests.factories.texts.arabic_keys import on_arabic_keys

At = Callable[..., Counter]


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
    for typed in (mobile, mobile.replace("+", "00"), mobile[-7:], f"0{mobile[4:]}", " ".join(mobile)):
        assert here.reference in cases_of(here, typed), typed
