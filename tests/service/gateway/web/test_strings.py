"""Texts that programs stumble over, in every text field: no failure, nothing unescaped, and what goes in comes out."""

import csv
import io
import re
import unicodedata
from collections import Counter as Counted
from collections.abc import Callable, Sequence
from email import message_from_bytes, policy
from itertools import cycle
from typing import Any

import html5lib
import pytest

from deploy.demo.population import specimens
from services.gateway.accounts.mail.letter import write
from services.gateway.accounts.mail.queue import SIGN_UP_CODE, WAITING
from services.gateway.accounts.model import Mail
from services.gateway.desk.csv_file import csv_file
from shared.database import db
from shared.direction import CONTROLS
from shared.forms import transaction
from shared.values.person import strip_controls
from tests.factories.applications import Counter
from tests.factories.gateway import Browser, Gateway
from tests.factories.texts.naughty import EVERY, OWN, PUBLIC

HARMLESS = "x"
# What may part a cell in two for a spreadsheet.
SEPARATORS = re.compile(r"([;,|\t\r\n])")
TYPED = ("text", "email", "tel", "search", "number")
# Pages with text fields, and who opens them.
PAGES_OF = {
    "anonymous": (
        *(
            "/en/sign-in",
            "/en/sign-up",
            "/en/sign-up/code",
            "/en/recover",
            "/en/recover/code",
            "/en/track",
            "/en/verify",
        ),
    ),
    "confirmed": (
        "/en/account",
        "/en/account/contact/new",
        "/en/account/channels",
        "/en/account/mandates/new",
        "/en/account/channels",
    ),
    "contact": ("/en/identity",),
    "clerk": ("/en/desk", "/en/desk/counter", "/en/desk/identity", "/en/desk/passports", "/en/desk/turns"),
    "head_of_mission": (
        *(
            "/en/desk/identity",
            "/en/desk/staff",
            "/en/desk/bookings",
            "/en/desk/tills",
            "/en/desk/bank",
            "/en/desk/refunds",
        ),
        *("/en/desk/proposals/new/extension", "/en/desk/draws", "/en/desk/letters", "/en/desk/mandates"),
    ),
}
EACH = 12


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(set(PUBLIC)) == len(PUBLIC) == 500
    assert len(set(OWN)) == len(OWN) >= 120


def forms(text: str) -> list[tuple[str, str, dict[str, str], list[str]]]:
    """Action, method, fields as they stand, and the names of text fields, of each form on a page."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    found = []
    for form in tree.iter("form"):
        given, typed = dict[str, str](), list[str]()
        for one in form.iter():
            name, kind = one.get("name"), one.get("type", "text")
            if not name:
                continue
            if one.tag == "textarea" or (one.tag == "input" and kind in (*TYPED, "password")):
                typed.append(name)
            elif one.tag == "input" and kind in ("hidden", "radio", "checkbox"):
                given.setdefault(name, one.get("value", ""))
            elif one.tag == "select":
                options = [option.get("value", "") for option in one.iter("option")]
                given[name] = next(filter(None, options), "")
        if typed and form.get("action"):
            found.append((str(form.get("action")), form.get("method", "get"), given, typed))
    return found


def send(browser: Browser, action: str, method: str, fields: dict[str, str]) -> Any:
    if method == "get":
        return browser.client.get(action, query_string=fields, buffered=True)
    return browser.client.post(action, data=fields, buffered=True)


def elements(text: str) -> Counted[str]:
    """How often each element and event handler stands on a page."""
    tree = html5lib.parse(text, namespaceHTMLElements=False)
    return Counted(one.tag for one in tree.iter() if isinstance(one.tag, str)) + Counted(
        name for one in tree.iter() for name in one.attrib if str(name).startswith("on")
    )


def somebody(gateway: Gateway, role: str) -> Browser:
    if role == "anonymous":
        return gateway.browser()
    if role == "confirmed":
        return gateway.visitor(person=specimens.SON)
    return gateway.visitor() if role == "contact" else gateway.visitor(role)


DANGEROUS = ("script", "iframe", "style", "img", "u", "math", "i", "b", "onerror", "onload")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("role", PAGES_OF)
def test_no_text_field_of_the_web_fails_or_lets_markup_through(gateway: Gateway, role: str) -> None:
    browser, texts, wrong, fields = (
        somebody(gateway, role),
        cycle(EVERY[at : at + EACH] for at in range(0, len(EVERY), EACH)),
        [],
        0,
    )
    for page in PAGES_OF[role]:
        opened = browser.client.get(page, buffered=True)
        assert opened.status_code == 200, page
        allowed = elements(opened.text)
        for action, method, given, typed in forms(opened.text):
            if action.endswith(("/sign-out", "/language")):
                continue
            fields += len(typed)
            for text in next(texts):
                answer = send(browser, action, method, {**given, **dict.fromkeys(typed, text)})
                gateway.forget_tries()
                if answer.status_code >= 500:
                    wrong.append((action, text, answer.status_code))
                elif answer.mimetype == "text/html" and answer.status_code != 303:
                    more = elements(answer.text)
                    wrong += [
                        (action, text, name) for name in DANGEROUS if more[name] > allowed[name] + (name == "script")
                    ]
    assert fields
    assert wrong == []


@pytest.mark.timeout(900)
def test_every_text_is_looked_up_without_a_fault(gateway: Gateway) -> None:
    """All of them through the two public searches and the JSON interface, NUL among them."""
    browser, wrong = gateway.browser(), []
    for text in EVERY:
        for path, name in (("/openings", "mission"), ("/openings", "service"), ("/en/track", "reference")):
            answer = browser.client.get(path, query_string={name: text}, buffered=True)
            wrong += [(path, name, text)] if answer.status_code >= 500 else []
        gateway.forget_tries()
    assert wrong == []


@pytest.mark.parametrize("path", ["/openings?mission=%00", "/openings?service=a%00b", "/en/desk/bookings/imports/%00"])
def test_nul_is_an_ordinary_mistake(gateway: Gateway, path: str) -> None:
    assert gateway.visitor("head_of_mission").client.get(path, buffered=True).status_code < 500


@pytest.mark.parametrize("path", ["/en/desk/bookings/phases", "/en/desk/proposals/%00", "/en/desk/proposals/RUH-%00"])
def test_nul_sent_by_a_form_is_no_fault(gateway: Gateway, path: str) -> None:
    browser = gateway.visitor("head_of_mission")
    token = browser.token("/en/desk/bookings")
    form = {"csrf_token": token, "name": "\x00", "key": "\x00", "lead_days": "5\x00", "verdict": "approve"}
    assert browser.client.post(path, data=form, buffered=True).status_code < 500


def test_what_is_mailed_has_no_more_headers_and_the_same_text(gateway: Gateway) -> None:
    with gateway.app.extensions["database"].scope(None) as session:
        now = db.now(session)
    mail = Mail(id="m", home_mission="RUH", address="r@example.org", event=SIGN_UP_CODE, language="ar", state=WAITING)
    mail.created_at = now
    usual = set(write(mail, {"code": HARMLESS}, "m@mahjar.example", "https://mahjar.example").keys())
    for text in EVERY:
        raw = write(mail, {"code": text}, "m@mahjar.example", "https://mahjar.example").as_bytes()
        back = message_from_bytes(raw, policy=policy.SMTP)
        assert set(back.keys()) == usual, text
        assert back["To"] == "r@example.org"
        # Marks of direction are left out, and white space is single.
        assert " ".join(CONTROLS.sub("", text).split()) in " ".join(back.get_content().split()), text


def table_of(gateway: Gateway, rows: Sequence[Sequence[object]]) -> list[list[str]]:
    """What a program reads from a file of the desk."""
    with gateway.app.test_request_context("/en/desk"):
        content = csv_file("rows", ["head"], rows).get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(content, newline="")))


def test_what_goes_into_a_table_comes_out_and_is_no_formula(gateway: Gateway) -> None:
    """As it was, but for the sign that keeps a spreadsheet from calculating it."""
    head, *read = table_of(gateway, [[text, "end"] for text in EVERY])
    assert head == ["head"] and len(read) == len(EVERY)
    for text, (cell, end) in zip(EVERY, read, strict=True):
        assert end == "end" and unguarded(cell) == unguarded(text), text
        assert not any(part[:1] in set("=+-@") for part in SEPARATORS.split(cell)) and cell[:1] not in set("\t\r"), text
        assert begins_as_formula(text) or cell == text, text


def begins_as_formula(text: str) -> bool:
    """Whether a spreadsheet may calculate a cell, or a part of it, also in double width or after invisible signs."""
    parts = [unicodedata.normalize("NFKC", strip_controls(part)) for part in SEPARATORS.split(text)]
    return text[:1] in ("\t", "\r", "\n") or any(part[:1] in ("=", "+", "-", "@") for part in parts)


def unguarded(text: str) -> str:
    """A cell without the apostrophes that begin it, or a part of it where a spreadsheet has another separator."""
    return "".join(
        part.removeprefix("'") if not SEPARATORS.fullmatch(part) else part for part in SEPARATORS.split(text)
    )


def test_a_planted_table_that_guards_nothing_is_seen(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.gateway.desk.csv_file.neutral", lambda text: text)
    with pytest.raises(AssertionError):
        test_what_goes_into_a_table_comes_out_and_is_no_formula(gateway)


def test_what_goes_into_an_application_comes_out(counter: Callable[..., Counter]) -> None:
    """All of them, by way of the service that keeps them; what is too long or holds nothing is refused, not cut."""
    here = counter()
    assert here.start("passport-renewal").status_code == 201
    question = next(one for one in transaction("passport-renewal").questions if one.kind == "long_text")
    kept = 0
    for text in EVERY:
        saved = here.save({question.name: text})
        clean = strip_controls(text)
        if clean and len(clean) <= question.max_length:
            assert saved.status_code == 200, text
            assert here.read()["answers"][question.name] == clean
            kept += 1
        else:
            assert saved.status_code == 422 or not clean, text
    assert kept > 500


def test_a_planted_template_that_escapes_nothing_is_seen(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    templates = gateway.app.jinja_env
    monkeypatch.setattr(templates, "autoescape", False)
    monkeypatch.setattr(templates, "cache", {})
    with pytest.raises(AssertionError):
        test_no_text_field_of_the_web_fails_or_lets_markup_through(gateway, "anonymous")
