"""Asking for a relative's paper through the real pages: named by number and given name, decided by the register."""

from io import BytesIO

import pytest

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from shared.catalogue import CATALOGUE, kin
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, send
from tests.factories.uploads import PDF

NAMED = {kin.NUMBER: specimens.SON.national_number, kin.GIVEN_NAME: specimens.SON.given_name}


def ask(browser: Browser, slug: str, language: str, **person: str) -> str:
    """A draft with everything in it; gives its reference."""
    reference = begin(browser, slug, language)
    at = f"/{language}/applications/{reference}"
    answer = browser.submit(f"{at}/questions/person", **person)
    assert answer.status_code == 303, answer.text
    others = {one.name: one.choices[0] for one in CATALOGUE[slug].questions if one.step == "details"}
    assert browser.submit(f"{at}/questions/details", **others).status_code == 303
    file = BytesIO(PDF), "scan.pdf", "application/pdf"
    assert browser.submit(f"{at}/papers/identity", page=f"{at}/papers", file=file).status_code == 303
    return reference


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize(
    ("slug", "person", "named"),
    [
        ("birth-statement", specimens.FATHER, {"whose": "relative", **NAMED}),
        ("family-extract", specimens.FATHER, {"whose": "self", kin.NUMBER: "", kin.GIVEN_NAME: ""}),
        ("marriage-statement", specimens.MOTHER, {"whose": "self"}),
        ("divorce-statement", specimens.DIVORCED, {"whose": "self"}),
        (
            "death-statement",
            specimens.ELDER,
            {
                kin.DECEASED_NUMBER: specimens.DECEASED.national_number,
                kin.DECEASED_GIVEN_NAME: specimens.DECEASED.given_name,
            },
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_paper_is_asked_for(
    gateway: Gateway, slug: str, person: Specimen, named: dict[str, str], language: str
) -> None:
    browser = gateway.visitor(person=person)
    assert browser.get(f"/{language}/services/{slug}").status_code == 200
    reference = ask(browser, slug, language, **named)
    assert send(browser, reference, language).endswith("/pay")


@pytest.mark.parametrize("changed", [{kin.NUMBER: specimens.STUDENT.national_number}, {kin.GIVEN_NAME: "زيد"}])
def test_who_is_no_relative_is_told_what_to_do_and_nothing_else(gateway: Gateway, changed: dict[str, str]) -> None:
    browser = gateway.visitor(person=specimens.FATHER)
    reference = ask(browser, "birth-statement", "en", whose="relative", **{**NAMED, **changed})
    review = f"/en/applications/{reference}/review"
    answer = browser.submit(review, key=browser.hidden(review, "key"))
    assert answer.status_code == 422
    assert "We found no relative of yours with this number and name" in answer.text


def test_what_is_not_registered_is_said_before_anything_is_paid(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.WOMAN)
    reference = ask(browser, "marriage-statement", "en", whose="self")
    review = f"/en/applications/{reference}/review"
    answer = browser.submit(review, key=browser.hidden(review, "key"))
    assert answer.status_code == 422 and "have the marriage registered first" in answer.text
    assert "pay" not in browser.get(f"/en/applications/{reference}").text.split("actions")[1].split("footer")[0]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_who_asks_for_themselves_after_all_sends_no_relative(gateway: Gateway, language: str) -> None:
    browser = gateway.visitor(person=specimens.DIVORCED)
    reference = ask(browser, "divorce-statement", language, whose="relative", **NAMED)
    review = f"/{language}/applications/{reference}/review"
    assert NAMED[kin.NUMBER] in browser.get(review).text
    page = f"/{language}/applications/{reference}/questions/person"
    assert '<div data-asked-if="whose" data-answer="relative">' in browser.get(page).text
    assert browser.submit(page, whose="self", **NAMED).status_code == 303
    for shown in (page, review):
        assert NAMED[kin.NUMBER] not in browser.get(shown).text
    assert f"#{kin.NUMBER}" not in browser.get(review).text
    assert send(browser, reference, language).endswith("/pay")
    assert NAMED[kin.NUMBER] not in browser.get(f"/{language}/applications/{reference}").text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_relative_without_number_is_asked_for_again(gateway: Gateway, language: str) -> None:
    browser = gateway.visitor(person=specimens.FATHER)
    reference = begin(browser, "birth-statement", language)
    answer = browser.submit(f"/{language}/applications/{reference}/questions/person", whose="relative")
    assert answer.status_code == 422
    assert f'href="#{kin.NUMBER}"' in answer.text and f'href="#{kin.GIVEN_NAME}"' in answer.text
