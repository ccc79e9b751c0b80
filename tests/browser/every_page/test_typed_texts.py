"""What people and officers type, as the pages, the desk and a real document give it back."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from deploy.demo.days import today
from deploy.demo.scenario_runner import STAFF, Actors
from deploy.demo.scenarios.browser import Browser, Page, UnexpectedPage
from deploy.demo.scenarios.letters import LICENCE, record_reply
from deploy.demo.scenarios.sign_in import sign_in
from deploy.demo.scenarios.steps import Steps
from shared.direction import CONTROLS
from shared.values.dates import add_years
from shared.values.digits import ascii_digits
from tests.browser.conftest import Platform
from tests.factories.documents.printed import text_of
from tests.factories.texts.text_answers import CORPUS
from tests.factories.waiting import until

# No browser can send half of a pair.
TEXTS = [(typed.replace("\ud800", ""), kept) for typed, kept in CORPUS]
TYPED, KEPT = (" / ".join(one) for one in zip(*TEXTS, strict=True))
# The fonts of documents have letters of Arabic and Latin scripts: no pictures, no x with two accents. A word of both
# directions is read in an order of the reader.
PRINTED = [(typed, kept) for typed, kept in TEXTS if "🏠" not in kept and not kept.startswith(("x", "نص["))]
SLUG, LENGTH = "driving-licence-check", 60
Begin = Callable[..., Steps]


def text_on(page: Page) -> str:
    """The text of a page, what is typed into its fields included, without marks of direction."""
    return re.sub(r"\s+", " ", CONTROLS.sub("", "".join(page.of("body")[0].itertext())))


def words(text: str) -> set[str]:
    """The words of a text. Readers of PDFs put a line of two directions into an order of their own."""
    return set(text.split())


def printed_words(text: str) -> set[str]:
    """The words as papers print them: every figure as 0-9."""
    return words(ascii_digits(text))


def together(texts: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """As many of the texts in one answer as its field takes."""
    joined = [texts[0]]
    for typed, kept in texts[1:]:
        longer = (f"{joined[-1][0]} / {typed}", f"{joined[-1][1]} / {kept}")
        joined = [*joined[:-1], longer] if len(longer[1]) <= LENGTH else [*joined, (typed, kept)]
    return joined


def letter_of(steps: Steps) -> Page:
    """The letter of a file as the officer opens it."""
    officer = steps.staff["officer"]
    links = officer.open(f"/desk/cases/{steps.reference}").links("")
    return officer.open(next(link for link in links if "/desk/letters/" in link))


def drawn(browser: Browser, link: str) -> bytes:
    """A document, once it is drawn."""
    pdfs: list[bytes] = []

    def is_drawn() -> bool:
        with suppress(UnexpectedPage):
            pdfs.append(browser.open(link).content)
        return bool(pdfs)

    until(is_drawn)
    return pdfs[0]


@pytest.fixture(scope="module")
def begin(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Begin]:
    """`begin(slug, name=answer)`: a file with these answers and its papers; one applicant for each transaction."""
    staff = {role: Browser(platform.url, "ar") for role in STAFF}
    for role, browser in staff.items():
        sign_in(browser, f"{role.replace('_', '-')}@mahjar.example")
    actors = Actors(platform.url, tmp_path_factory.mktemp("texts") / "actors.txt", staff["clerk"], "ar")

    def give(slug: str, **answers: str) -> Steps:
        steps = Steps(*actors.applicant_for(slug), staff, slug, by_card=False, own_answers=answers)
        steps.hand_in(steps.fill())
        return steps

    yield give


def test_answers_come_out_equal_on_the_review_page_and_at_the_desk(begin: Begin) -> None:
    steps = begin("passport-lost", loss_account=TYPED)
    assert KEPT in text_on(steps.applicant.open(f"/applications/{steps.reference}/review"))
    steps.send()
    steps.pay()
    assert KEPT in text_on(steps.staff["officer"].open(f"/desk/cases/{steps.reference}"))


@pytest.mark.parametrize(("typed", "kept"), together(PRINTED))
def test_letters_and_documents_print_what_was_typed(begin: Begin, typed: str, kept: str) -> None:
    steps = begin(SLUG, licence_office=typed)
    steps.send()
    steps.pay()
    steps.accept()
    page = letter_of(steps)
    assert kept in text_on(page)
    assert printed_words(kept) <= words(text_of(drawn(steps.staff["officer"], page.links(".pdf")[0])))
    record_reply(steps, "valid", LICENCE | {"expires_on": f"{add_years(today(), 4):%d/%m/%Y}", "remark": typed})
    assert kept in text_on(letter_of(steps))
    assert printed_words(kept) <= words(text_of(drawn(steps.applicant, steps.until_document())))


def test_what_officers_write_reaches_the_applicant_whole(begin: Begin) -> None:
    steps = begin(SLUG)
    steps.send()
    steps.pay()
    with pytest.raises(UnexpectedPage, match="422"):
        steps.send_back(note="ن" * 501)
    steps.send_back(note=TYPED)
    assert KEPT in text_on(steps.applicant.open(f"/applications/{steps.reference}"))
    steps.withdraw()
