"""Each page asks the services once and sends no more statements, over all services, than its budget."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from deploy.demo.population import specimens
from services.gateway.accounts import sessions
from services.gateway.clients.consular.mission import offers
from shared.catalogue import CATALOGUE
from tests.factories.applications import Counter, Person
from tests.factories.environment.statement_meter import StatementMeter
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill, send, typed
from tests.factories.inquiries import TEXT

RENEWAL = "passport-renewal"
ME = specimens.SERVED
STEP = CATALOGUE[RENEWAL].questions[0].step
FIELDS = {k: v for one in CATALOGUE[RENEWAL].questions if one.step == STEP for k, v in typed(one).items()}
Asked = list[tuple[str, str]]


@pytest.fixture(autouse=True)
def no_periodic_statements(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice a minute a page notes that its session was used, once a minute it sweeps kept forms and asks again for the
    missions: not in these tests, however slow the machine is."""
    monkeypatch.setattr(offers, "CACHE_SECONDS", timedelta(days=1).total_seconds())
    monkeypatch.setattr(sessions, "SIGHT", timedelta(days=1))
    monkeypatch.setitem(gateway.app.extensions, "kept_swept", time.monotonic() + timedelta(days=1).total_seconds())


@pytest.fixture
def asked(gateway: Gateway) -> Callable[[], Asked]:
    """`asked()` gives what the gateway asks the services from here on, with the count of unread notices forgotten."""

    def note() -> Asked:
        noted: Asked = []
        for wire in gateway.wires.values():
            wire.asked = noted
        gateway.app.extensions["consular"].notices.forget()
        return noted

    return note


@pytest.fixture
def me(gateway: Gateway) -> Browser:
    """Somebody signed in for whom every cache is warm."""
    browser = gateway.visitor(person=ME)
    browser.get("/en/applications")
    return browser


def sent(me: Browser) -> str:
    """The reference of an application that was sent in."""
    reference = begin(me, RENEWAL)
    fill(me, RENEWAL, reference)
    send(me, reference)
    return reference


def test_a_form_step_is_opened_and_sent(me: Browser, asked: Callable[[], Asked], statements: StatementMeter) -> None:
    reference = begin(me, RENEWAL)
    page = f"/en/applications/{reference}/questions/{STEP}"
    me.get(page)
    requests = asked()
    with statements.within("form step"):
        shown = me.get(page)
    assert shown.status_code == 200
    assert requests == [("GET", f"/applications/{reference}/answers")]
    token = me.token(page)
    requests = asked()
    with statements.within("form step, sent"):
        answer = me.post(page, csrf_token=token, **FIELDS)
    assert answer.status_code == 303
    assert requests == [(method, f"/applications/{reference}/answers") for method in ("GET", "PUT")]
    me.submit(f"/en/applications/{reference}/withdraw", key="step")


@pytest.mark.parametrize("status", ["draft", "awaiting_payment"])
def test_an_application_is_viewed(
    me: Browser, asked: Callable[[], Asked], statements: StatementMeter, status: str
) -> None:
    reference = begin(me, RENEWAL) if status == "draft" else sent(me)
    page = f"/en/applications/{reference}"
    me.get(page)
    requests = asked()
    with statements.within("view of an application"):
        shown = me.get(page)
    assert shown.status_code == 200
    assert requests == [("GET", f"/applications/{reference}")]
    me.submit(f"{page}/withdraw", key=status)


def test_a_time_is_chosen(me: Browser, asked: Callable[[], Asked], statements: StatementMeter) -> None:
    reference = sent(me)
    page = f"/en/applications/{reference}/turn"
    me.get(page)
    requests = asked()
    with statements.within("free times of an appointment"):
        shown = me.get(page)
    assert shown.status_code == 200
    assert requests == [("GET", f"/applications/{reference}")]
    me.submit(f"/en/applications/{reference}/withdraw", key="turn")


def test_ones_applications_are_listed(me: Browser, asked: Callable[[], Asked], statements: StatementMeter) -> None:
    requests = asked()
    with statements.within("list of one's applications"):
        shown = me.get("/en/applications")
    assert shown.status_code == 200
    assert requests == [("GET", "/applications")]


def test_notices_are_listed(me: Browser, asked: Callable[[], Asked], statements: StatementMeter) -> None:
    me.get("/en/notices")
    requests = asked()
    with statements.within("list of one's notices"):
        shown = me.get("/en/notices")
    assert shown.status_code == 200
    assert requests == [("GET", "/notices")]


def test_the_queue_is_listed(gateway: Gateway, asked: Callable[[], Asked], statements: StatementMeter) -> None:
    desk = gateway.visitor("officer")
    desk.get("/en/desk")
    requests = asked()
    with statements.within("desk queue"):
        shown = desk.get("/en/desk")
    assert shown.status_code == 200
    assert requests == [("GET", "/desk/queue")]


@pytest.mark.parametrize("status", ["in_review", "ready", "collected"])
def test_a_case_is_opened(
    gateway: Gateway,
    counter: Callable[..., Counter],
    asked: Callable[[], Asked],
    statements: StatementMeter,
    status: str,
) -> None:
    reference = counter(person=Person()).until(status).reference
    desk = gateway.visitor("officer")
    page = f"/en/desk/cases/{reference}"
    desk.get(page)
    requests = asked()
    with statements.within("case at the desk"):
        shown = desk.get(page)
    assert shown.status_code == 200
    assert requests == [("GET", f"/desk/cases/{reference}")]


def test_letters_are_listed(gateway: Gateway, asked: Callable[[], Asked], statements: StatementMeter) -> None:
    desk = gateway.visitor("officer")
    desk.get("/en/desk/letters")
    requests = asked()
    with statements.within("letters at the desk"):
        shown = desk.get("/en/desk/letters")
    assert shown.status_code == 200
    assert requests == [("GET", "/desk/letters")]


@pytest.fixture
def inquiry(me: Browser) -> str:
    """The reference of an inquiry that waits for its code."""
    written = me.submit("/en/inquiries/new/application", number="3123456789", about="", text=TEXT)
    assert written.status_code == 303, written.text
    return str(written.headers["Location"].split("/")[-2])


def test_ones_inquiries_are_listed_and_shown(
    me: Browser, inquiry: str, asked: Callable[[], Asked], statements: StatementMeter
) -> None:
    me.get("/en/inquiries")
    requests = asked()
    with statements.within("list of one's inquiries"):
        listed = me.get("/en/inquiries")
    assert (listed.status_code, requests) == (200, [("GET", "/inquiries")])
    requests = asked()
    with statements.within("an inquiry"):
        shown = me.get(f"/en/inquiries/{inquiry}")
    assert (shown.status_code, requests) == (200, [("GET", f"/inquiries/{inquiry}")])
    requests = asked()
    with statements.within("an inquiry to confirm"):
        shown = me.get(f"/en/inquiries/{inquiry}/confirm")
    assert (shown.status_code, requests) == (200, [("GET", f"/inquiries/{inquiry}")])


def test_inquiries_at_the_desk_are_listed_and_opened(
    gateway: Gateway, me: Browser, inquiry: str, asked: Callable[[], Asked], statements: StatementMeter
) -> None:
    confirm = f"/en/inquiries/{inquiry}/confirm"
    me.submit(confirm.replace("/confirm", "/code"), page=confirm)
    code = gateway.mails(gateway.account(person=ME).email)[-1][1]["code"]
    assert me.submit(confirm, page=f"{confirm}?sent=1", code=code).status_code == 303
    desk = gateway.visitor("officer")
    desk.get("/en/desk/inquiries")
    requests = asked()
    with statements.within("inquiries at the desk"):
        listed = desk.get("/en/desk/inquiries")
    assert (listed.status_code, requests) == (200, [("GET", "/desk/inquiries")])
    requests = asked()
    with statements.within("an inquiry at the desk"):
        shown = desk.get(f"/en/desk/inquiries/{inquiry}")
    assert (shown.status_code, requests) == (200, [("GET", f"/desk/inquiries/{inquiry}")])
