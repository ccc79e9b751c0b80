"""Held money goes back and flags come off: by whom, never without a reason, once; and what the case page shows."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from deploy.demo.population import specimens
from services.consular.applications.model import Application
from services.consular.missions import today
from services.consular.missions.deadlines import last_day
from services.consular.notices.model import Notice
from services.consular.payments.orders import attempts
from services.consular.payments.transfers.reference import payer_reference
from services.consular.workflow import lapse, remind
from services.consular.workflow.money.payment_deadline import renew_deadline
from services.gateway.web.content.notice_words import words
from shared.database.audit import event
from shared.database.db import Database
from shared.identity.actor import service
from tests.conftest import ELSEWHERE, HOME, officer
from tests.factories.applications import Counter
from tests.factories.approvals import Signing
from tests.factories.gateway import Gateway
from tests.factories.gateway.forms import begin, fill, send
from tests.factories.gateway.overrides import sign_as_head
from tests.factories.payments import InMemoryProvider
from tests.factories.payments.bank_mission import Mission
from tests.factories.payments.card import card, notify

At = Callable[..., Counter]
Databases = Callable[[str], Database]


def late(here: Counter, provider: InMemoryProvider) -> str:
    """Money that came after the application was withdrawn; gives its payment."""
    reference = str(card(here).get_json()["reference"])
    here.ask_as_applicant("POST", "/withdraw", {"key": "k"})
    provider.choose(reference, "pay")
    assert notify(here, provider, reference).status_code == 200
    return reference


def case(here: Counter, role: str = "officer") -> Any:
    return here.client.get(f"/desk/cases/{here.reference}", officer(role)).get_json()


def refund(here: Counter, payment: str, role: str = "cashier", **sent: str) -> Any:
    body = {"reason": "دفع بعد السحب", "key": uuid.uuid4().hex, **sent}
    return here.client.post(f"/desk/cases/{here.reference}/payments/{payment}/give-back", officer(role), body)


def clear(here: Counter, role: str = "officer", **sent: str) -> Any:
    body = {"reason": "راجعناه", "key": uuid.uuid4().hex, **sent}
    return here.client.post(f"/desk/cases/{here.reference}/clear", officer(role), body)


@pytest.mark.parametrize("role", ("cashier", "head_of_mission"))
def test_held_money_is_owed_back_as_it_came_and_the_flag_goes(
    counter: At,
    provider: InMemoryProvider,
    session_for: Callable[..., Session],
    role: str,
) -> None:
    here = counter().until("awaiting_payment")
    payment = late(here, provider)
    assert (case(here)["exception"], case(here)["payments"][0]["held"]) == ("payment_late", "late")
    key = uuid.uuid4().hex
    first = refund(here, payment, role, key=key)
    assert first.status_code == 200 and first.get_json()["amount"] == 75_000
    assert refund(here, payment, role, key=key).get_json() == first.get_json()
    again = refund(here, payment, role)
    assert (again.status_code, again.get_json()["code"]) == (409, "already_given_back")
    shown = case(here)
    assert shown["exception"] is None
    assert [(one["payment"], one["amount"], one["currency"]) for one in shown["refunds"]] == [(payment, 75_000, "SAR")]
    assert here.read()["timeline"][-1]["code"] == "held_given_back" and here.read()["timeline"][-1]["note"] is None
    seen = select(event.c.action, event.c.reason).where(event.c.about == here.reference)
    kept = {(row.action, row.reason) for row in session_for("consular").execute(seen)}
    assert ("payment.give_back", "دفع بعد السحب") in kept


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({"reason": ""}, {"reason": "required"}),
        ({"reason": " \u200f "}, {"reason": "required"}),
        ({"reason": "x" * 501}, {"reason": "too_long"}),
        ({"key": ""}, {"key": "too_long"}),
    ],
)
def test_without_a_reason_nothing_is_given_back_or_cleared(
    counter: At,
    provider: InMemoryProvider,
    sent: dict[str, str],
    errors: dict[str, str],
) -> None:
    here = counter().until("awaiting_payment")
    payment = late(here, provider)
    assert refund(here, payment, **sent).get_json()["errors"] == errors
    assert clear(here, **sent).get_json()["errors"] == errors
    assert case(here)["exception"] == "payment_late" and case(here)["refunds"] == []


@pytest.mark.parametrize("held_first", [True, False])
def test_held_money_that_goes_back_leaves_the_flag_of_a_part_that_waits_for_the_rest(
    counter: At, provider: InMemoryProvider, database: Databases, *, held_first: bool
) -> None:
    mission, here = Mission(database("consular")), counter().until("awaiting_payment")
    payment = str(card(here).get_json()["reference"])
    provider.choose(payment, "pay-wrong-amount")

    def hold() -> None:
        assert notify(here, provider, payment).status_code == 200

    def send_part() -> None:
        mission.receive(mission.movement(10_000, payer_reference(here.reference)))

    for act in (hold, send_part) if held_first else (send_part, hold):
        act()
    assert case(here)["exception"] == ("payment_under" if held_first else "payment_overpaid")
    assert refund(here, payment).status_code == 200
    assert case(here)["exception"] == "payment_under"
    mission.receive(mission.movement(65_000, f"{payer_reference(here.reference)} rest"))
    assert (case(here)["exception"], here.read()["status"]) == (None, "in_review")


def test_only_those_who_may_and_only_money_that_is_held(counter: At, provider: InMemoryProvider) -> None:
    here = counter().until("awaiting_payment")
    payment = late(here, provider)
    for role in ("clerk", "officer", "auditor", "administrator", "registrar"):
        assert refund(here, payment, role).status_code == 403
    for role in ("clerk", "cashier", "auditor", "registrar"):
        assert clear(here, role).status_code == 403
    stranger = here.client.post(
        f"/desk/cases/{here.reference}/payments/{payment}/give-back",
        officer("cashier", ELSEWHERE),
        {"reason": "x", "key": "k"},
    )
    assert stranger.status_code == 404
    assert refund(here, "RUH-22222-22222-2").status_code == 404
    paid = counter().until("in_review")
    counted = case(paid)["payments"][0]["reference"]
    assert refund(paid, counted).get_json()["code"] == "payment_not_held"
    assert refund(here, counted).status_code == 404
    held = clear(here)
    assert (held.status_code, held.get_json()["code"]) == (409, "money_still_held")


def flag(database: Databases, reference: str, code: str = "assessment_changed") -> None:
    with database("consular").scope(HOME) as session:
        marked = update(Application).where(Application.reference == reference).values(exception=code)
        session.execute(marked.execution_options(synchronize_session=False))


def test_a_flag_comes_off_once_with_its_reason(
    counter: At, database: Databases, session_for: Callable[..., Session]
) -> None:
    here = counter().until("in_review")
    assert clear(here).get_json()["code"] == "nothing_flagged"
    flag(database, here.reference)
    assert clear(here, "head_of_mission").status_code == 200
    assert case(here)["exception"] == "assessment_changed"
    assert clear(here).get_json()["code"] == "already_proposed"
    Signing(here.client, HOME).override("flag", here.reference)
    assert case(here)["exception"] is None and case(here)["status"] == "in_review"
    assert clear(here).get_json()["code"] == "nothing_flagged"
    seen = select(event.c.reason, event.c.detail).where(
        event.c.about == here.reference, event.c.action == "application.flag_cleared"
    )
    rows = session_for("consular").execute(seen).all()
    assert [row.reason for row in rows] == ["راجعناه"]


def test_a_flag_that_came_meanwhile_stays(counter: At, database: Databases) -> None:
    here = counter().until("in_review")
    flag(database, here.reference)
    assert clear(here).status_code == 200
    flag(database, here.reference, "payment_over")
    signing = Signing(here.client, HOME)
    late = signing.decide(signing.waiting("flag", here.reference))
    assert (late.status_code, late.get_json()["code"]) == (409, "nothing_flagged")
    assert case(here)["exception"] == "payment_over"


@pytest.mark.parametrize("language", ("ar", "en"))
def test_the_case_page_takes_a_flag_off_and_shows_whose_entry_it_is(
    gateway: Gateway, database: Databases, language: str
) -> None:
    owner = gateway.visitor(person=specimens.SERVED)
    reference = begin(owner, "individual-extract")
    fill(owner, "individual-extract", reference)
    send(owner, reference)
    flag(database, reference)
    holder = {"name": {"ar": {"given": "ليلى", "father": "سليم", "family": "نموذج"}}, "kinship": "sibling"}
    with database("consular").scope(HOME) as session:
        row = session.get_one(Application, reference)
        facts = {**row.facts, "civil_registry": {**row.facts["civil_registry"], "holder": holder}}
        session.execute(update(Application).where(Application.reference == reference).values(facts=facts))
    desk, page = gateway.visitor("officer"), f"/{language}/desk/cases/{reference}"
    shown = desk.get(page).text
    assert "ليلى سليم نموذج" in shown and ("brother or sister" in shown or "أخ أو أخت" in shown)
    empty = desk.submit(f"{page}/clear", page=page, reason=" ", key="k")
    assert empty.status_code == 422 and 'id="why-clear-error"' in empty.text
    assert desk.submit(f"{page}/clear", page=page, reason="راجعناه", key=uuid.uuid4().hex).status_code == 303
    assert "why-clear" in desk.get(page).text
    sign_as_head(gateway, language, reference)
    after = desk.get(f"{page}?done=clear").text
    assert "why-clear" not in after
    assert "why-clear" not in gateway.visitor("clerk").get(page).text


@pytest.mark.parametrize("language", ("ar", "en"))
def test_held_money_says_what_arrived_and_what_was_asked(
    counter: At, provider: InMemoryProvider, gateway: Gateway, language: str
) -> None:
    """A halala too much: on the case, at the till with a warning, where it is given back, and to the payer."""
    here = counter().until("awaiting_payment")
    payment = str(card(here).get_json()["reference"])
    provider.choose(payment, "pay-wrong-amount")
    assert notify(here, provider, payment).status_code == 200
    sent = here.ask_as_applicant("GET", "").get_json()["payments"][0]
    assert (sent["amount"], sent["received"]) == (75_000, {"amount": 75_001, "currency": "SAR"})
    till = gateway.visitor("cashier").get(f"/{language}/desk/counter?reference={here.reference}").text
    shown = gateway.visitor("cashier").get(f"/{language}/desk/cases/{here.reference}").text
    title = {"ar": "لهذا الملف مبلغ محجوز", "en": "Money is held for this case"}[language]
    assert title in till
    for page in (till, shown):
        assert "750.01" in page
        assert "750.00" in page or "750 " in page
    notice = here.client.get("/notices", here.person.actor).get_json()
    told = notice[0] if isinstance(notice, list) else notice["notices"][0]
    assert told["params"] == {"amount": 75_000, "currency": "SAR", "received": 75_001, "received_currency": "SAR"}
    with gateway.app.test_request_context(f"/{language}/notices"):
        assert "750.01" in words(told) and "750" in words(told).replace("750.01", "")


@pytest.mark.parametrize("ending", ("given back", "dispute lost"))
def test_no_days_run_while_money_is_held_and_all_ten_begin_after_it(
    counter: At, provider: InMemoryProvider, database: Databases, ending: str
) -> None:
    """Who is told to wait and may not pay again loses nothing meanwhile, and is reminded of nothing."""
    here, consular = counter().until("awaiting_payment"), database("consular")
    job, first = service("consular", HOME), here.read()["lapses_on"]
    payment = str(card(here).get_json()["reference"])
    provider.choose(payment, "pay-wrong-amount")
    assert notify(here, provider, payment).status_code == 200
    assert here.read()["lapses_on"] is None
    for days in (9, 10, 400):
        with consular.scope(HOME) as session:
            day = today(session, HOME) + timedelta(days=days)
            remind.remind(session, job, day)
        assert not lapse.query_and_lapse(consular, job, provider, here.reference, day)
    notices = select(Notice.kind).where(Notice.about == here.reference)
    with consular.scope(HOME) as session:
        assert not [kind for kind in session.scalars(notices) if kind.startswith("reminder")]
    if ending == "given back":
        assert refund(here, payment).status_code == 200
    else:
        provider.dispute(payment, "dispute-lost")
        assert notify(here, provider, payment).status_code == 200
    after = here.read()
    assert (after["status"], "pay" in after["allowed"]) == ("awaiting_payment", True)
    with consular.scope(HOME) as session:
        assert after["lapses_on"] == last_day(today(session, HOME)).isoformat() >= first


def test_the_days_do_not_begin_while_anything_is_held(
    counter: At, session_for: Callable[..., Session], provider: InMemoryProvider
) -> None:
    here = counter().until("awaiting_payment")
    payment = str(card(here).get_json()["reference"])
    provider.choose(payment, "pay-wrong-amount")
    assert notify(here, provider, payment).status_code == 200
    session = session_for("consular")
    [one] = attempts.of_application(session, here.reference)
    application = session.get_one(Application, here.reference)
    renew_deadline(session, application)
    assert one.held == "overpaid" and session.get_one(Application, here.reference).lapses_on is None
