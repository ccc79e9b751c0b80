"""What an officer marked: its applicant sees that alone with its reason, and is told where nothing has changed."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from deploy.demo.population import specimens
from shared.catalogue import CATALOGUE
from shared.errors import Refusal
from shared.i18n import language as language_of
from tests.factories.applications import Counter, Person
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill, send
from tests.factories.uploads import pdf

SLUG = "individual-extract"
WORDS = "الوجهان معًا"
QUESTION = CATALOGUE[SLUG].questions[0].name
LANGUAGES = ("ar", "en")
OTHERS = CATALOGUE[SLUG].questions[0].choices[1:3]
CHOICE = f"question.{QUESTION}.choice"


@pytest.fixture
def returned(gateway: Gateway, counter: Callable[[], Counter]) -> tuple[Browser, Counter]:
    """An applicant whose paper and answer are marked."""
    browser = gateway.visitor(person=specimens.WOMAN)
    here = counter()
    here.person, here.reference = Person(id=specimens.WOMAN.person), begin(browser, SLUG)
    fill(browser, SLUG, here.reference)
    send(browser, here.reference)
    assert here.pay().status_code == 200
    paper = {"kind": "paper", "name": "identity", "reason": "paper_unreadable", "note": WORDS}
    answer = {"kind": "answer", "name": QUESTION, "reason": "answer_wrong", "note": ""}
    assert here.desk("return", items=[paper, answer]).status_code == 200
    return browser, here


def scan(content: bytes) -> dict[str, Any]:
    """The form's field of the marked paper, with a file in it."""
    return {"file-identity": (BytesIO(content), "clear.pdf", "application/pdf")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_the_marks_with_their_reasons(returned: tuple[Browser, Counter], language: str) -> None:
    browser, here = returned
    page, say = f"/{language}/applications/{here.reference}", language_of(language)
    for address in (page, f"{page}/fix"):
        shown = browser.get(address).text
        assert say.text("reason.paper_unreadable") in shown and WORDS in shown, address
        assert say.text("reason.answer_wrong") in shown, address
    assert browser.get(f"{page}/fix").text.count('type="file"') == 1
    step = CATALOGUE[SLUG].questions[0].step
    for other in ("papers", "review", f"questions/{step}"):
        assert browser.get(f"{page}/{other}").location == f"{page}/fix", other


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_changed_is_said_of_each_mark_and_a_change_goes_through(
    gateway: Gateway, returned: tuple[Browser, Counter], language: str
) -> None:
    browser, here = returned
    page, say = f"/{language}/applications/{here.reference}/fix", language_of(language)
    answers = {QUESTION: str(here.read()["answers"][QUESTION])}
    refused = browser.submit(page, key=browser.hidden(page, "key"), send="all", **answers)
    assert refused.status_code == 422
    assert say.text("refusal.paper_unchanged") in refused.text
    sent = browser.submit(page, key=browser.hidden(page, "key"), send="all", **answers, **scan(pdf(3)))
    assert (sent.status_code, here.read()["status"]) == (303, "in_review")
    case = gateway.visitor("officer").get(f"/{language}/desk/cases/{here.reference}").text
    assert case.count("clear.pdf") >= 1 and case.count("scan.pdf") >= 1 and WORDS in case
    assert say.text("desk.corrections.before") in case


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_file_alone_is_taken_and_the_rest_waits(returned: tuple[Browser, Counter], language: str) -> None:
    browser, here = returned
    page = f"/{language}/applications/{here.reference}/fix"
    added = browser.submit(page, only="identity", **scan(pdf(3)))
    assert added.status_code == 200 and "clear.pdf" in added.text and "autofocus" in added.text
    assert here.read()["status"] == "returned"
    other = page.replace(f"/{language}/", "/en/" if language == "ar" else "/ar/")
    chosen = re.compile(rf'<input\b(?=[^>]*name="{QUESTION}")(?=[^>]*value="court")(?=[^>]*\bchecked)')
    assert not chosen.search(browser.get(other).text)
    assert browser.submit(page, only="identity", **{QUESTION: "court"}, **scan(pdf(2))).status_code == 200
    assert chosen.search(browser.get(other).text)
    wrong = browser.submit(page, only="identity", **scan(b"nothing"))
    assert wrong.status_code == 415 and language_of(language).text("refusal.file_type_unknown") in wrong.text
    none = browser.submit(page, only="identity")
    assert none.status_code == 422 and language_of(language).text("refusal.file_missing") in none.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_sent_but_by_its_button(returned: tuple[Browser, Counter], language: str) -> None:
    browser, here = returned
    page = f"/{language}/applications/{here.reference}/fix"
    unsent = browser.submit(page, key=browser.hidden(page, "key"), **scan(pdf(3)))
    assert unsent.status_code == 422 and "clear.pdf" in unsent.text
    assert language_of(language).text("refusal.fix_not_sent") in unsent.text
    assert here.read()["status"] == "returned"


def suspended(monkeypatch: pytest.MonkeyPatch, gateway: Gateway) -> None:
    """Answers are saved, and sending is refused."""

    def refuse(*_asked: object) -> None:
        raise Refusal("transaction_not_active")

    monkeypatch.setattr(gateway.app.extensions["consular"].applications, "submit", refuse)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_second_tab_sees_what_the_first_one_saved(
    gateway: Gateway, returned: tuple[Browser, Counter], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    browser, here = returned
    page, say, (other, mine) = f"/{language}/applications/{here.reference}/fix", language_of(language), OTHERS
    first, second = ({name: browser.hidden(page, name) for name in ("key", "seen")} for _ in range(2))
    with monkeypatch.context() as patched:
        suspended(patched, gateway)
        assert browser.submit(page, **first, send="all", **{QUESTION: other}).status_code == 422
    assert here.read()["answers"][QUESTION] == other
    late = browser.submit(page, **second, send="all", **{QUESTION: mine}, **scan(pdf(3)))
    assert (late.status_code, here.read()["answers"][QUESTION]) == (409, other)
    table = late.text.split("<table")[1].split("</table>")[0]
    for shown in ("answers_changed.saved", "answers_changed.yours", *(f"{CHOICE}.{one}" for one in OTHERS)):
        assert say.text(shown) in table, shown
    assert re.search(rf'<input\b(?=[^>]*name="{QUESTION}")(?=[^>]*value="{mine}")(?=[^>]*\bchecked)', late.text)
    again = dict(re.findall(r'name="(key|seen)" value="([^"]*)"', late.text))
    assert browser.submit(page, **again, send="all", **{QUESTION: mine}).status_code == 303
    assert here.read()["answers"][QUESTION] == mine


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_press_changes_nothing_and_a_late_tab_sees_what_was_sent(
    returned: tuple[Browser, Counter], language: str
) -> None:
    browser, here = returned
    page, say, (other, mine) = f"/{language}/applications/{here.reference}/fix", language_of(language), OTHERS
    first, late = ({name: browser.hidden(page, name) for name in ("key", "seen")} for _ in range(2))
    token = browser.token(page)
    presses = [browser.post(page, csrf_token=token, **first, send="all", **{QUESTION: other}) for _ in range(2)]
    assert [one.status_code for one in presses] == [303, 303] and presses[0].location == presses[1].location
    told = browser.post(page, csrf_token=token, **late, send="all", **{QUESTION: mine})
    assert told.status_code == 409 and say.text("fix.sent_meanwhile.title") in told.text
    assert all(say.text(f"{CHOICE}.{one}") in told.text for one in OTHERS)
    assert (here.read()["status"], here.read()["answers"][QUESTION]) == ("in_review", other)


def test_who_has_nothing_to_put_right_is_led_on(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.WOMAN)
    reference = begin(browser, SLUG)
    assert browser.get(f"/en/applications/{reference}/fix").location == f"/en/applications/{reference}/review"
