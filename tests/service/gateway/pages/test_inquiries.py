"""An inquiry on the pages, from its type to the objection, with its code by e-mail, in both languages."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pyotp
import pytest
from sqlalchemy import delete, select, update

from deploy.demo.population import specimens
from services.gateway.accounts.factors import authenticators
from services.gateway.accounts.factors.model import Authenticator
from services.gateway.accounts.model import Account, IssuedCode
from shared.database.db import now
from tests.conftest import HOME
from tests.factories.gateway import Browser, Gateway
from tests.factories.inquiries import TEXT

pytestmark = pytest.mark.clock
NUMBER = "3123456789"
PEOPLE = {"ar": specimens.STUDENT, "en": specimens.FATHER}


@pytest.fixture(autouse=True)
def tries(gateway: Gateway) -> None:
    gateway.forget_tries()


def written(browser: Browser, language: str = "ar", type: str = "application") -> str:
    """Writes an inquiry; the address of its confirmation."""
    answer = browser.submit(f"/{language}/inquiries/new/{type}", number=NUMBER, about="", text=TEXT)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def code_for(gateway: Gateway, browser: Browser, confirm: str, person: Any) -> str:
    sent = browser.submit(confirm.replace("/confirm", "/code"), page=confirm)
    assert sent.status_code == 303, sent.text
    event, params = gateway.mails(gateway.account(person=person).email)[-1]
    assert event == "inquiry_code"
    return params["code"]


@pytest.mark.parametrize("language", ("ar", "en"))
def test_from_the_question_to_the_objection(gateway: Gateway, language: str) -> None:
    person = PEOPLE[language]
    browser, officer = gateway.visitor(person=person), gateway.visitor("officer", mission=HOME)
    head = gateway.visitor("head_of_mission", mission=HOME)
    assert f"/{language}/inquiries" in browser.get(f"/{language}/").text
    confirm = written(browser, language)
    code = code_for(gateway, browser, confirm, person)
    wrong = browser.submit(confirm, page=f"{confirm}?sent=1", code="AAAA-AAAA")
    assert wrong.status_code == 422 and 'id="code-error"' in wrong.text
    done = browser.submit(confirm, page=f"{confirm}?sent=1", code=code)
    assert done.status_code == 303, done.text
    page = confirm.removesuffix("/confirm")
    reference, promised = page.rsplit("/", 1)[1], browser.get(page).text
    queue = officer.get(f"/{language}/desk/inquiries").text
    assert reference in queue and f"/{language}/desk/inquiries.csv?queue=open" in queue
    file = officer.get(f"/{language}/desk/inquiries.csv?queue=open")
    assert file.headers["Content-Disposition"] == 'attachment; filename="inquiries.csv"'
    rows = {row[0]: row for row in csv.reader(io.StringIO(file.get_data().decode("utf-8-sig")))}
    assert (
        all(rows[reference][:5]) and reference not in officer.get(f"/{language}/desk/inquiries.csv?queue=answered").text
    )
    desk = f"/{language}/desk/inquiries/{reference}"
    assert officer.submit(f"{desk}/take", page=desk).status_code == 303
    yours = {"ar": "عندك", "en": "You"}[language]
    # Nobody is shown as the number of an account.
    queue = officer.get(f"/{language}/desk/inquiries").text
    row = next(row for row in queue.split("<tr") if reference in row)
    assert f'<span class="quiet">{yours}</span>' in row and not re.search("[0-9a-f]{8}-[0-9a-f]{4}-", row)
    assert f" · {yours}" in officer.get(desk).text
    empty = officer.submit(f"{desk}/answer", page=desk, round="1", verb="answer")
    assert empty.status_code == 422
    for field in ("outcome", "next_step", "text"):
        assert f'id="{field}-error"' in empty.text
    answer = {"outcome": "refused", "reason": "no_basis", "next_step": "nothing", "canned": "fee_where", "text": "لا"}
    assert officer.submit(f"{desk}/answer", page=desk, round="1", verb="answer", **answer).status_code == 303
    by = {"ar": ("أجبت أنت", "أجاب زميل"), "en": ("by you", "by a colleague")}[language]
    assert by[0] in officer.get(desk).text and by[1] in head.get(desk).text
    assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}-", head.get(desk).text.split("<main")[1])
    # Whoever has a confirmed person has a notice, and that leaves the house by itself.
    assert gateway.mails(gateway.account(person=person).email)[-1][0] == "inquiry_code"
    shown = browser.get(page).text
    assert {"ar": "لا سند له في القواعد", "en": "The rules in force give no basis"}[language] in shown
    short = browser.submit(f"{page}/appeal", page=page, text="لا")
    assert short.status_code == 422 and 'id="text-error"' in short.text
    assert browser.submit(f"{page}/appeal", page=page, text=TEXT).status_code == 303
    # Whoever has it already is not promised as the one who gets it after a silence.
    silence = {"ar": "انتقل تلقائيًا إلى رئيس البعثة", "en": "goes to the head of mission by itself"}[language]
    assert silence in promised and silence not in browser.get(page).text
    again = browser.submit(f"{page}/appeal", page=page, text=TEXT)
    assert again.status_code == 409
    final = {**answer, "outcome": "accepted", "reason": "", "text": "قُبل اعتراضك"}
    assert head.submit(f"{desk}/answer", page=desk, round="1", verb="appeal", **final).status_code == 303
    assert "قُبل اعتراضك" in browser.get(page).text
    assert browser.submit(f"{page}/rating", page=page, rating="9").status_code == 422
    assert browser.submit(f"{page}/rating", page=page, rating="٤").status_code == 303
    assert reference in browser.get(f"/{language}/inquiries").text


def test_a_code_opens_its_own_inquiry_once_and_in_time(gateway: Gateway) -> None:
    person = specimens.STUDENT
    browser = gateway.visitor(person=person)
    first, second = written(browser), written(browser)
    code = code_for(gateway, browser, first, person)
    code_for(gateway, browser, second, person)
    # For another submission.
    assert browser.submit(second, page=f"{second}?sent=1", code=code).status_code == 422
    # After the words have changed.
    reference = first.split("/")[-2]
    form = f"/ar/inquiries/new/application?reference={reference}"
    changed = {"number": NUMBER, "about": "", "text": TEXT + " شكرا", "reference": reference}
    assert browser.submit("/ar/inquiries/new/application", page=form, **changed).status_code == 303
    assert browser.submit(first, page=f"{first}?sent=1", code=code).status_code == 422
    # After its hour.
    late = code_for(gateway, browser, first, person)
    with gateway.app.extensions["database"].scope(None) as session:
        over = update(IssuedCode).where(IssuedCode.purpose == "inquiry").values(ends_at=now(session))
        session.execute(over.execution_options(synchronize_session=False))
    assert browser.submit(first, page=f"{first}?sent=1", code=late).status_code == 422
    # And once.
    good, token = code_for(gateway, browser, first, person), browser.token(first)
    assert browser.post(first, csrf_token=token, code=good).status_code == 303
    replayed = browser.post(first, csrf_token=token, code=good)
    assert replayed.status_code == 303 and replayed.headers["Location"].endswith(reference)


def with_phone(gateway: Gateway, person: Any, is_confirmed: bool = True) -> str:
    """The account of a person has a telephone; its number."""
    email = gateway.account(person=person).email
    with gateway.app.extensions["database"].scope(None) as session:
        values = {"phone": "+4915112345678", "phone_confirmed_at": now(session) if is_confirmed else None}
        session.execute(update(Account).where(Account.email == email).values(values))
    return "+4915112345678"


def with_app(gateway: Gateway, person: Any) -> pyotp.TOTP:
    """The account of a person has an authenticator app."""
    email, secret = gateway.account(person=person).email, gateway.app.extensions["settings"].secret
    with gateway.app.extensions["database"].scope(None) as session:
        account = session.scalars(select(Account).where(Account.email == email)).one()
        app = pyotp.TOTP(authenticators.begin(session, secret, account.id))
        # The first code is one of the step before, so that those of now are still good.
        first = app.at(int(now(session).timestamp()) - authenticators.STEP_SECONDS)
        assert authenticators.confirm(session, secret, account.id, first)
    return app


@pytest.fixture
def plain(gateway: Gateway) -> Iterator[None]:
    """Accounts lose their telephones and apps afterwards."""
    yield
    with gateway.app.extensions["database"].scope(None) as session:
        gone = {"phone": None, "phone_confirmed_at": None, "news_by_sms": False}
        session.execute(update(Account).values(gone).execution_options(synchronize_session=False))
        session.execute(delete(Authenticator).where(Authenticator.sealed != authenticators.SPECIMEN))


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_code_comes_as_a_text_message(gateway: Gateway, plain: None, language: str) -> None:
    person = PEOPLE[language]
    browser = gateway.visitor(person=person)
    confirm = written(browser, language)
    assert 'value="sms"' not in browser.get(confirm).text
    send = confirm.replace("/confirm", "/code")
    refused = browser.submit(send, page=confirm, channel="sms")
    assert refused.status_code == 422
    with_phone(gateway, person, is_confirmed=False)
    assert browser.submit(send, page=confirm, channel="sms").status_code == 422
    phone = with_phone(gateway, person)
    assert 'value="sms"' in browser.get(confirm).text
    assert browser.submit(send, page=confirm, channel="sms").status_code == 303
    event, params = gateway.mails(phone)[-1]
    assert event == "inquiry_code"
    other = written(browser, language)
    assert browser.submit(other, page=f"{other}?sent=1", code=params["code"]).status_code == 422
    assert browser.submit(confirm, page=f"{confirm}?sent=1", code=params["code"]).status_code == 303


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_code_of_an_app_confirms_one_inquiry(gateway: Gateway, plain: None, language: str) -> None:
    person = PEOPLE[language]
    browser = gateway.visitor(person=person)
    first, second = written(browser, language), written(browser, language)
    send = first.replace("/confirm", "/code")
    assert browser.submit(send, page=first, channel="app").status_code == 422
    assert browser.submit(first, page=f"{first}?sent=1", code="123456").status_code == 422
    app, mails = with_app(gateway, person), len(gateway.mails(gateway.account(person=person).email))
    sent = browser.submit(send, page=first, channel="app")
    assert sent.status_code == 303 and "by=app" in sent.headers["Location"]
    assert len(gateway.mails(gateway.account(person=person).email)) == mails
    assert 'name="code"' in browser.get(sent.headers["Location"]).text
    with gateway.app.extensions["database"].scope(None) as session:
        code = app.at(int(now(session).timestamp()))
    assert browser.submit(first, page=f"{first}?sent=1", code=code).status_code == 303
    # Used up with the first one.
    assert browser.submit(second, page=f"{second}?sent=1", code=code).status_code == 422


def test_types_are_found_by_synonyms_of_both_languages_and_host_matters_get_a_card(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.STUDENT)
    found = browser.get("/ar/inquiries/new?q=sponsorship").text
    assert "/ar/inquiries/new/sponsor-transfer" in found and "/ar/inquiries/new/application" not in found
    assert "/en/inquiries/new/absence-report" in browser.get("/en/inquiries/new?q=هروب").text
    assert browser.get("/ar/inquiries/new?q=%F0%9F%8D%95").status_code == 200
    card = browser.get("/en/inquiries/new/final-exit").text
    assert "992@gdp.gov.sa" in card and "<form" not in card.partition("<main")[2].partition("</main")[0]
    assert browser.get("/en/inquiries/new/pizza").status_code == 404


def test_what_was_typed_stays_beside_what_is_wrong(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.STUDENT)
    typed = {"number": "12", "about": "RUH-22222-22222-2", "text": "<b>متى</b>"}
    answer = browser.submit("/ar/inquiries/new/application", **typed)
    assert answer.status_code == 422
    for field in ("number", "about", "text"):
        assert f'id="{field}-error"' in answer.text
    assert "&lt;b&gt;متى&lt;/b&gt;" in answer.text and 'value="12"' in answer.text
    long = browser.submit("/ar/inquiries/new/application", number=NUMBER, about="", text="ب" * 10_000)
    assert long.status_code == 422 and "ب" * 10_000 in long.text


def test_a_needed_paper_is_asked_for_before_the_code(gateway: Gateway) -> None:
    browser = gateway.visitor(person=specimens.STUDENT)
    confirm = written(browser, type="document-error")
    answer = browser.submit(confirm.replace("/confirm", "/code"), page=confirm)
    assert answer.status_code == 422 and 'id="file-error"' in answer.text


def test_a_clerk_writes_in_what_came_by_telephone(gateway: Gateway) -> None:
    clerk, page = gateway.visitor("clerk", mission=HOME), "/ar/desk/inquiries/new"
    call = {
        "channel": "phone",
        "contact": "أم سامر",
        "type": "appointment",
        "number": NUMBER,
        "about": "",
        "text": TEXT,
    }
    assert clerk.submit(page, **call).status_code == 303
    assert re.search("بالهاتف", clerk.get("/ar/desk/inquiries").text)
    bad = clerk.submit(page, **{**call, "channel": "", "contact": ""})
    assert bad.status_code == 422 and 'id="contact-error"' in bad.text
