"""What the authorities answer, in any order and as often as the bus brings it; and what is handed out at the end."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import worker
from services.consular.applications.model import Application
from services.consular.handlers import HANDLERS
from services.consular.passports import booklets
from services.consular.passports.model import Booklet, Passport
from services.consular.payments.collection import take
from services.consular.payments.collection.rules import Kind
from services.consular.payments.orders import attempts, quote
from services.consular.payments.providers.rules import Answer, ProviderStatus
from services.consular.payments.providers.stripe.checkout import StripeProvider
from services.consular.payments.refunds import refund
from services.consular.payments.tariffs.model import TransactionStatus
from services.consular.views.case import read_case
from services.consular.workflow import review
from services.consular.workflow.attendance.check_in import attend
from services.consular.workflow.money import settle
from services.consular.workflow.outcomes.booklet import assign_booklets
from services.consular.workflow.submit import submit
from services.consular.workflow.withdraw import withdraw
from shared import forms
from shared.catalogue.civil_status import INDIVIDUAL_EXTRACT
from shared.database.audit import event
from shared.database.db import Database, now
from shared.errors import Conflict, Invalid, Unavailable
from shared.identity.actor import service
from shared.identity.crypto import Keys
from shared.messaging.outbox import outbox
from shared.values.dates import add_years
from shared.values.money import Money
from tests.conftest import HOME, officer
from tests.factories.applications import Counter, Person, Registers, decision, file_by_verbs, receive
from tests.factories.approvals import Signing
from tests.factories.payments import attempt_reference, pay
from tests.factories.refusals import refuses

At = Callable[..., Counter]
Sessions = Callable[..., Session]
HEAD = officer("head_of_mission")
RENEWAL = "passport-renewal"


def consume(session: Session, application: Application, outcome: str, **more: Any) -> None:
    """An authority's answer; by default the civil registry's to a confirmation."""
    said = {"sender": "civil_registry", "ask": "confirm", **more}
    HANDLERS["decision.made"](session, decision(application.reference, outcome, **said))
    session.refresh(application)


def forwarded(session: Session, folder: Path, slug: str = RENEWAL) -> Application:
    """With the authority, paid."""
    person = Person()
    application = file_by_verbs(session, folder, person, slug)
    pay(session, application)
    if forms.transaction(slug).appointment:
        attend(session, HEAD, application.reference, person.number)
    review.accept(session, HEAD, application.reference)
    return application


def passport_of(session: Session, application: Application) -> Passport | None:
    """The passport printed for an application, spoiled ones excepted."""
    return session.scalar(select(Passport).where(Passport.application == application.reference, *booklets.IS_PRINTED))


def head_view(session: Session, application: Application) -> dict[str, Any]:
    return read_case(session, HEAD, application.reference)


def codes(session: Session, application: Application) -> list[str]:
    return [line["code"] for line in head_view(session, application)["timeline"]]


def empty_stock(session: Session) -> None:
    for booklet in session.scalars(select(Booklet).where(Booklet.state == "in_stock")):
        booklets.spoil(session, HEAD, booklet.serial, "missing")


def test_a_confirmed_renewal_gets_the_next_booklet(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    empty_stock(session)
    serials = receive(session, 2)
    application = forwarded(session, key_folder)
    consume(session, application, "granted")
    assert application.status == "ready"
    passport = passport_of(session, application)
    assert passport is not None
    assert passport.number == serials[0]
    assert passport.issued_on is not None
    assert passport.expires_on == add_years(passport.issued_on, 6)


def test_an_answer_that_comes_twice_changes_nothing(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    receive(session, 2)
    application = forwarded(session, key_folder)
    for _ in range(2):
        consume(session, application, "granted")
    consume(session, application, "refused", reason="identity_doubt")
    assert application.status == "ready"
    assert codes(session, application).count("granted") == 1
    ignored = select(event).where(event.c.about == application.reference, event.c.action == "decision.ignored")
    assert len(session.execute(ignored).all()) == 2


def test_without_a_booklet_the_file_waits_and_shows_up(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    empty_stock(session)
    application = forwarded(session, key_folder)
    consume(session, application, "granted")
    assert (application.status, application.awaits) == ("with_authority", "awaiting_booklet")
    job = service("consular", HOME)
    assert assign_booklets(session, job) == 0
    assert codes(session, application)[-1] == "awaiting_booklet"
    receive(session, 1)
    assert assign_booklets(session, job) == 1
    session.refresh(application)
    assert (application.status, application.awaits) == ("ready", None)
    assert codes(session, application)[-2:] == ["awaiting_booklet", "granted"]


def test_a_late_refusal_does_not_undo_what_was_granted_and_waits(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    empty_stock(session)
    application = forwarded(session, key_folder)
    consume(session, application, "granted")
    consume(session, application, "refused", reason="identity_doubt")
    assert (application.status, application.awaits) == ("with_authority", "awaiting_booklet")


def test_who_waited_longest_is_served_first(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    empty_stock(session)
    files = [forwarded(session, key_folder) for _ in range(3)]
    for application in files:
        consume(session, application, "granted")
    # Neither the order in which they were made nor that of their references.
    waited = dict(zip(sorted(each.reference for each in files), (2, 3, 1), strict=True))
    for application in files:
        application.paid_at = now(session) - timedelta(days=waited[application.reference])
    session.flush()
    receive(session, 2)
    assert assign_booklets(session, service("consular", HOME)) == 2
    assert {waited[each.reference]: each.status for each in files} == {
        3: "ready",
        2: "ready",
        1: "with_authority",
    }


def test_an_extract_carries_the_code_of_its_document(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = forwarded(session, key_folder, "individual-extract")
    consume(session, application, "granted", ask="extract", document="RUH-R2345-67")
    assert application.status == "ready"
    shown = head_view(session, application)
    assert shown["document"] == {"code": "RUH-R2345-67", "owner": "civil_registry"}
    assert shown["collection"] is None
    assert {stage["state"] for stage in shown["stages"]} == {"done"}


def test_a_granted_extract_without_document_is_for_human_eyes(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = forwarded(session, key_folder, "individual-extract")
    with refuses("decision_incomplete"):
        consume(session, application, "granted", ask="extract")


@pytest.mark.parametrize(
    "wrong",
    [{"sender": "conscription"}, {"ask": "extract"}, {"sender": "conscription", "ask": "assess"}],
    ids=["another authority", "another question", "another of both"],
)
def test_an_answer_nobody_asked_for_is_for_human_eyes(
    session_for: Sessions, key_folder: Path, wrong: dict[str, str]
) -> None:
    session = session_for("consular")
    application = forwarded(session, key_folder)
    with refuses("not_asked"):
        consume(session, application, "granted", **wrong)


def test_an_answer_about_an_unknown_application_is_for_human_eyes(session_for: Sessions) -> None:
    said = decision("RUH-22222-22222-2", "granted", "civil_registry", "confirm")
    with refuses("not_asked"):
        HANDLERS["decision.made"](session_for("consular"), said)


def test_an_answer_that_speaks_of_another_application_than_its_envelope(session_for: Sessions) -> None:
    said = decision("RUH-22222-22222-2", "granted", "civil_registry", "confirm")
    said.body["application"] = "RUH-33333-33333-3"
    with refuses("about_another"):
        HANDLERS["decision.made"](session_for("consular"), said)


def test_a_refusal_by_the_authority_owes_the_money_back(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = forwarded(session, key_folder)
    consume(session, application, "refused", reason="not_registered")
    assert application.status == "refused"
    assert [row.amount for row in refund.of_application(session, application.reference)] == [75_000]


def test_returned_by_the_authority_it_is_asked_again_in_a_new_round(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = forwarded(session, key_folder)
    consume(session, application, "returned", reason="answer_wrong")
    assert application.status == "returned"
    consume(session, application, "granted")
    assert application.status == "returned"
    person = Person(id=application.person)
    statements = Registers(key_folder).statements(person, RENEWAL)
    submit(session, person.actor, Keys(key_folder, "consular"), application.reference, statements)
    review.accept(session, HEAD, application.reference)
    receive(session, 1)
    consume(session, application, "granted")
    assert (application.status, application.round) == ("ready", 2)
    assert sent(session, application) == ["application.forwarded"] * 2


def assessed(session: Session, folder: Path) -> Application:
    """A cash allowance, activated for this session alone, with conscription's amount."""
    session.add(
        TransactionStatus(
            id="revived-here",
            transaction="cash-allowance",
            status="active",
            scope=HOME,
            valid_from=date(2026, 1, 1),
            source="test",
            certainty="H",
            approver="test",
        )
    )
    session.flush()
    application = file_by_verbs(session, folder, Person(), "cash-allowance")
    assert application.status == "in_review"
    assert quote.latest(session, application.reference) is None
    review.accept(session, HEAD, application.reference)
    consume_conscription(session, application, "assessed", amount=700_000, currency="USD")
    return application


def consume_conscription(session: Session, application: Application, outcome: str, **more: Any) -> None:
    consume(session, application, outcome, **{"sender": "conscription", "ask": "assess", **more})


def sent(session: Session, application: Application) -> list[str]:
    return list(
        session.scalars(
            select(outbox.c.type).where(outbox.c.about == application.reference).order_by(outbox.c.sequence)
        )
    )


def test_an_assessed_allowance_is_priced_paid_and_discharged(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = assessed(session, key_folder)
    assert application.status == "awaiting_payment"
    order = quote.of_application(session, application.reference)
    assert order is not None
    assert order.money == Money.of("26250", "SAR")
    pay(session, application)
    session.refresh(application)
    assert application.status == "with_authority"
    assert sent(session, application) == ["application.forwarded", "fee.settled"]
    body = session.scalars(select(outbox.c.content).where(outbox.c.type == "fee.settled")).all()[-1]["body"]
    assert (body["amount"], body["currency"], body["authority"]) == (700_000, "USD", "conscription")
    consume_conscription(session, application, "granted", ask="discharge", document="RUH-M2345-67")
    assert application.status == "ready"
    assert codes(session, application) == [
        "drafted",
        "submitted",
        "accepted",
        "assessed",
        "paid",
        "granted",
    ]


def test_an_assessment_that_comes_again_asks_for_money_once(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = assessed(session, key_folder)
    consume_conscription(session, application, "assessed", amount=900_000, currency="USD")
    order = quote.of_application(session, application.reference)
    assert order is not None
    assert order.money == Money.of("26250", "SAR")
    assert codes(session, application).count("assessed") == 1


def test_an_assessment_repeated_after_payment_is_not_charged_again(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = assessed(session, key_folder)
    pay(session, application)
    session.refresh(application)
    consume_conscription(session, application, "assessed", amount=700_000, currency="USD")
    assert application.status == "with_authority"
    assert len(attempts.of_application(session, application.reference)) == 1
    consume_conscription(session, application, "assessed", amount=800_000, currency="USD")
    assert (application.status, application.exception) == ("with_authority", "assessment_changed")


def test_a_discharge_refused_after_payment_owes_the_money_back(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = assessed(session, key_folder)
    pay(session, application)
    session.refresh(application)
    consume_conscription(session, application, "refused", ask="discharge", reason="service_already_settled")
    assert application.status == "refused"
    assert [row.currency for row in refund.of_application(session, application.reference)] == ["SAR"]


def opened(session: Session, application: Application) -> str:
    order = quote.of_application(session, application.reference)
    assert order is not None
    actor = Person(id=application.person).actor
    return take.open_attempt(session, actor, order.reference, f"card-{order.reference}").reference


GATEWAY = service("gateway", HOME)


def test_a_card_payment_settles_once_however_often_it_is_told(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    application = file_by_verbs(session, key_folder, Person(), RENEWAL)
    attempt = opened(session, application)
    paid = Answer(ProviderStatus.PAID, "p-1", Money.of("750", "SAR"))
    kinds = [settle.by_answer(session, GATEWAY, attempt, paid).kind for _ in range(3)]
    session.refresh(application)
    assert kinds == [Kind.SETTLED, Kind.ALREADY, Kind.ALREADY]
    assert application.status == "in_review"
    assert codes(session, application).count("paid") == 1


@pytest.mark.parametrize(
    ("money", "flag"),
    [(Money.of("749", "SAR"), "payment_partial"), (Money.of("750", "USD"), "payment_wrong_currency")],
)
def test_money_that_does_not_fit_settles_nothing_and_is_flagged(
    session_for: Sessions, key_folder: Path, money: Money, flag: str
) -> None:
    session = session_for("consular")
    application = file_by_verbs(session, key_folder, Person(), RENEWAL)
    outcome = settle.by_answer(
        session, GATEWAY, opened(session, application), Answer(ProviderStatus.PAID, "p-1", money)
    )
    session.refresh(application)
    assert outcome.kind is Kind.HELD
    assert (application.status, application.exception) == ("awaiting_payment", flag)


def test_money_after_withdrawal_is_held_and_flagged(session_for: Sessions, key_folder: Path) -> None:
    session, person = session_for("consular"), Person()
    application = file_by_verbs(session, key_folder, person, RENEWAL)
    attempt = opened(session, application)
    withdraw(session, person.actor, application.reference)
    paid = Answer(ProviderStatus.PAID, "p-1", Money.of("750", "SAR"))
    assert settle.by_answer(session, GATEWAY, attempt, paid).kind is Kind.HELD
    session.refresh(application)
    assert (application.status, application.exception) == ("withdrawn", "payment_late")


def test_the_right_person_collects_and_the_old_passport_is_cancelled(counter: At, database: Any) -> None:
    here = counter().until("ready")
    number = here.read()["collection"]["number"]
    answer = here.desk(
        "collect", officer("clerk"), national_number=f" {here.person.number[:2]}-{here.person.number[2:]}"
    )
    assert answer.get_json() == {"reference": here.reference, "status": "collected"}
    with database("consular").scope(HOME) as session:
        assert session.get_one(Booklet, number).state == "collected"
        old = session.get_one(Passport, (HOME, here.read()["answers"]["passport_number"]))
        assert (old.state, old.cancelled_for) == ("cancelled", here.reference)
    assert here.read()["allowed"] == []
    assert {stage["state"] for stage in here.read()["stages"]} == {"done"}


def test_the_wrong_person_leaves_with_nothing_but_a_record(counter: At, database: Callable[[str], Database]) -> None:
    here, other = counter().until("ready"), Person()
    answer = here.desk("collect", officer("clerk", name="clerk-9"), national_number=other.number)
    assert (answer.status_code, answer.get_json()["code"]) == (422, "wrong_person")
    assert here.read()["status"] == "ready"
    with database("consular").scope(HOME) as session:
        tried = select(event).where(event.c.about == here.reference, event.c.action == "collection.wrong_person")
        row = session.execute(tried).one()
        assert (row.actor, row.reason) == ("clerk-9", "wrong_person")
        assert session.scalars(select(Booklet.state).where(Booklet.application == here.reference)).one() == "assigned"
    assert here.desk("collect", national_number=here.person.number).status_code == 200


@pytest.mark.parametrize(
    ("number", "code"), [("", "required"), ("123", "national_number"), ("x" * 11, "national_number")]
)
def test_what_is_no_national_number_is_no_attempt(counter: At, number: str, code: str) -> None:
    here = counter().until("ready")
    answer = here.desk("collect", national_number=number)
    assert (answer.status_code, answer.get_json()["errors"]) == (422, {"national_number": code})


def test_a_passport_is_handed_over_once(counter: At) -> None:
    here = counter().until("ready")
    barrier, answers = threading.Barrier(3, timeout=120), []

    def hand_over() -> None:
        barrier.wait()
        answers.append(here.desk("collect", national_number=here.person.number).status_code)

    threads = [threading.Thread(target=hand_over) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == [200, 409, 409]


def test_an_extract_is_not_collected(counter: At) -> None:
    here = counter().until("ready", INDIVIDUAL_EXTRACT.slug)
    assert here.desk("collect", national_number=here.person.number).get_json()["code"] == "nothing_to_collect"


def test_two_files_never_get_one_booklet(counter: At, database: Callable[[str], Database]) -> None:
    files = [counter().until("with_authority") for _ in range(4)]
    with database("consular").scope(HOME) as session:
        serials = receive(session, 4)
    barrier = threading.Barrier(len(files), timeout=120)

    def grant(here: Counter) -> None:
        barrier.wait()
        here.decide("granted")

    threads = [threading.Thread(target=grant, args=[here]) for here in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    given = [here.read()["collection"]["number"] for here in files]
    assert len(set(given)) == len(files)
    assert serials


def test_serials_are_taken_in_once_and_must_be_numbers(session_for: Sessions) -> None:
    session = session_for("consular")
    assert booklets.receive(session, HEAD, HOME, ["N900000001", "N 900000002", "n900000001"]) == 2
    assert booklets.receive(session, HEAD, HOME, ["N900000001"]) == 0
    with refuses("serial_malformed", Invalid):
        booklets.receive(session, HEAD, HOME, ["N900000003", "free text"])


def test_a_spoiled_booklet_is_never_assigned_and_needs_a_reason(session_for: Sessions, key_folder: Path) -> None:
    session = session_for("consular")
    empty_stock(session)
    first, second = receive(session, 2)
    booklets.spoil(session, HEAD, first, "misprint")
    with refuses("unknown_choice", Invalid):
        booklets.spoil(session, HEAD, second, "because")
    with refuses("booklet_not_available", Conflict):
        booklets.spoil(session, HEAD, first, "misprint")
    application = forwarded(session, key_folder)
    consume(session, application, "granted")
    passport = passport_of(session, application)
    assert passport is not None
    assert passport.number == second


def test_the_worker_gives_waiting_files_their_booklets(counter: At, database: Callable[[str], Database]) -> None:
    here = counter(mission="DOH").until("with_authority")
    here.decide("granted")
    assert (here.read()["status"], here.read()["awaits"]) == ("with_authority", "awaiting_booklet")
    [row] = here.client.get("/desk/queue", officer(mission="DOH"), query_string={"status": "exceptions"}).get_json()[
        "rows"
    ]
    assert row["reference"] == here.reference
    [serial] = here.stock()
    worker.assign_booklets(database("consular"))
    assert (here.read()["status"], here.read()["collection"]["number"]) == ("ready", serial)


def test_a_provider_is_not_asked_when_time_is_up() -> None:
    hurried = worker.DeadlineProvider(StripeProvider("http://127.0.0.1:9", "secret"), until=0.0)
    with refuses("provider_down", Unavailable):
        hurried.query_status(attempt_reference("RUH-P2222-22222-2"))


def test_stock_over_http_serves_who_waits(counter: At) -> None:
    here, head = counter(mission="AMM").until("with_authority"), officer("head_of_mission", "AMM")
    here.decide("granted")
    before = here.client.get("/desk/booklets", head).get_json()["in_stock"]
    taken = here.client.post("/desk/booklets", head, {"serials": ["N800000001", "N800000002"]})
    assert (taken.status_code, taken.get_json()) == (201, {"received": 2, "served": 1})
    assert here.read()["collection"]["number"] == "N800000001"
    assert here.client.get("/desk/booklets", head).get_json()["in_stock"] == before + 1
    spoiled = here.client.post("/desk/booklets/N800000002/spoil", head, {"reason": "damaged"})
    assert spoiled.get_json()["spoiled"] == 1
    assert here.client.post("/desk/booklets/N800000001/spoil", head, {"reason": "damaged"}).status_code == 409
    assert here.client.post("/desk/booklets/N800000009/spoil", head, {"reason": "damaged"}).status_code == 404
    stranger = officer("head_of_mission", "BER")
    assert here.client.post("/desk/booklets/N800000002/spoil", stranger, {"reason": "damaged"}).status_code == 404
    assert here.client.post("/desk/booklets", officer("cashier", "AMM"), {"serials": ["N1"]}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"serials": []}, {"serials": "N1"}, {"serials": ["free text"]}])
def test_a_malformed_delivery_names_the_field(counter: At, body: dict[str, object]) -> None:
    answer = counter().client.post("/desk/booklets", HEAD, body)
    assert (answer.status_code, list(answer.get_json()["errors"])) == (422, ["serials"])


def test_a_spoiled_passport_is_printed_again(counter: At, database: Callable[[str], Database]) -> None:
    here = counter().until("ready")
    first = here.read()["collection"]["number"]
    assert here.desk("reprint", reason="because").get_json()["errors"] == {"reason": "unknown_choice"}
    here.stock()
    assert here.desk("reprint", reason="misprint").status_code == 200
    Signing(here.client, HOME).override("reprint", here.reference)
    second = here.read()["collection"]["number"]
    assert second != first
    with database("consular").scope(HOME) as session:
        assert (session.get_one(Booklet, first).state, session.get_one(Booklet, second).state) == (
            "spoiled",
            "assigned",
        )
        assert session.get_one(Passport, (HOME, first)).state == "spoiled"
    assert here.desk("collect", national_number=here.person.number).status_code == 200
    assert here.read()["collection"] == {**here.read()["collection"], "number": second, "state": "collected"}


def test_without_another_booklet_the_spoiled_one_stays(counter: At) -> None:
    here = counter(mission="BAH").until("ready")
    answer = here.desk("reprint", reason="misprint")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "no_booklet_in_stock")
    assert here.read()["status"] == "ready"
    assert here.read()["collection"]["state"] == "issued"
