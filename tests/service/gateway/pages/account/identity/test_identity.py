"""Confirming who one is: a wrong answer names no field, and tries are counted by account, network and person."""

import re
from collections.abc import Iterator

import pytest

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.gateway.accounts.throttle import IDENTITY_BY_ACCOUNT, IDENTITY_BY_PERSON
from tests.factories.gateway import Browser, Gateway, particulars

PAGE = "/en/identity"
UNKNOWN_NUMBER = "02999999999"
# More tries than one account has.
ACCOUNTS = ("BER", "RUH")


@pytest.fixture(autouse=True)
def tries(gateway: Gateway) -> Iterator[None]:
    gateway.forget_tries()
    yield
    gateway.forget_tries()


def summary(text: str) -> str:
    """What is said above the form."""
    return text.split('id="errors-title"')[1].split("</section>")[0]


@pytest.mark.parametrize(
    "changed",
    [
        {"born-day": "29"},
        {"given_name": "سمير"},
        {"father_name": "سمير"},
        {"family_name": "سمير"},
        {"mother_name": "سمير"},
        {"national_number": UNKNOWN_NUMBER},
        {"national_number": specimens.DECEASED.national_number},
    ],
)
def test_no_answer_names_a_field(gateway: Gateway, changed: dict[str, str]) -> None:
    browser = gateway.visitor("expatriate", "BER")
    answer = browser.submit(PAGE, **particulars(specimens.SERVED, **changed))
    gateway.forget_tries()
    nobody = browser.submit(PAGE, **particulars(specimens.SERVED, national_number=UNKNOWN_NUMBER))
    assert (answer.status_code, nobody.status_code) == (422, 422)
    assert summary(answer.text) == summary(nobody.text)
    assert "href=" not in summary(answer.text) and 'aria-invalid="true"' not in answer.text


def tries_until_stopped(browsers: list[Browser], person: Specimen) -> int:
    """How many wrong dates of birth are answered before the person is tried too often."""
    for count in range(IDENTITY_BY_PERSON.tries + 2):
        browser = browsers[count // IDENTITY_BY_ACCOUNT.tries % len(browsers)]
        day = str(count + 1)
        if browser.submit(PAGE, **particulars(person, **{"born-day": day, "born-year": "1971"})).status_code == 429:
            return count
    raise AssertionError("nobody stopped")


def test_tries_are_counted_by_the_person_whoever_tries(gateway: Gateway) -> None:
    browsers = [gateway.visitor("expatriate", mission) for mission in (*ACCOUNTS, "DXB")]
    assert tries_until_stopped(browsers, specimens.SERVED) == IDENTITY_BY_PERSON.tries
    # However the digits are typed it is the same person, and the wait is said in hours.
    typed = specimens.SERVED.national_number.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    again = browsers[2].submit(PAGE, **particulars(specimens.SERVED, national_number=typed))
    assert again.status_code == 429 and re.search(r"\b24\b\D{1,20}hours", again.text)
    other = browsers[2].submit(PAGE, **particulars(specimens.ELDER, mother_name="سمير"))
    assert other.status_code == 422


def test_a_number_that_nobody_has_is_counted_alike(gateway: Gateway) -> None:
    browsers = [gateway.visitor("expatriate", mission) for mission in (*ACCOUNTS, "DXB")]
    for count in range(IDENTITY_BY_PERSON.tries):
        browser = browsers[count // IDENTITY_BY_ACCOUNT.tries]
        answer = browser.submit(PAGE, **particulars(specimens.SERVED, national_number=UNKNOWN_NUMBER))
        assert answer.status_code == 422
    over = browsers[2].submit(PAGE, **particulars(specimens.SERVED, national_number=UNKNOWN_NUMBER))
    assert over.status_code == 429
