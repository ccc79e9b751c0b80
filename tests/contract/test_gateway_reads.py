"""What the gateway's typed clients say they receive is what the services really send, key by key, both ways."""

import ast
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from inspect import isfunction
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from sqlalchemy import exists, select, update

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.demo.scenarios.answers import scan
from deploy.dev.servers.postgres import Postgres
from services.consular import missions
from services.consular.api.money import payer_links, payments, prices
from services.consular.appointments.model import Appointment as BookedTime
from services.consular.payments.disputes.model import Dispute
from services.consular.payments.orders.model import Attempt
from services.consular.payments.reconciliation.model import Discrepancy
from services.consular.payments.refunds.model import Refund
from services.gateway.clients.civil_registry import CivilRegistry, Confirmed, Relative, Statement
from services.gateway.clients.conscription import Assessment, Conscription, DoubtfulParameter
from services.gateway.clients.consular import Consular
from services.gateway.clients.consular.applications.applications import (
    ApplicantView,
    Application,
    BookableApplication,
    FormStep,
    Head,
    TrackingStep,
    Upload,
)
from services.gateway.clients.consular.applications.bookings import BookingImport, Overview
from services.gateway.clients.consular.applications.cases import AssignedCases, Case, PassportRecord, QueuePage
from services.gateway.clients.consular.applications.pending_proofs import PendingProof
from services.gateway.clients.consular.appointments.appointments import (
    Anomalies,
    Appeal,
    Calendar,
    DaySheet,
    Openings,
    Services,
)
from services.gateway.clients.consular.appointments.draws import Chances, DeskDraws, Draw, DrawCalendar
from services.gateway.clients.consular.appointments.hall import HallView, Screen, Ticket
from services.gateway.clients.consular.correspondence.inquiries import DeskInquiry, Inquiry, InquiryHead, InquiryQueue
from services.gateway.clients.consular.correspondence.letters import Letter, LetterPage
from services.gateway.clients.consular.correspondence.notices import Notice, OutgoingNotice
from services.gateway.clients.consular.mission.approvals import Preview, Proposal
from services.gateway.clients.consular.mission.booklets import BookletCounts, Delivery
from services.gateway.clients.consular.mission.figures import MissionFigures
from services.gateway.clients.consular.mission.offers import Mission, Offer, Parameters, Rates, Tariffs
from services.gateway.clients.consular.mission.parked import ParkedDetail, ParkedPage
from services.gateway.clients.consular.money.bank import BankLineDetail, BankOverview, Books, StatementFile
from services.gateway.clients.consular.money.ledger import TrialBalance
from services.gateway.clients.consular.money.payer_links import LinkPage, LinkPayment, NewPayerLink, PayerLink
from services.gateway.clients.consular.money.payments import (
    CardPage,
    Payment,
    TransferTerms,
    UnpaidRefunds,
    UpgradePrice,
)
from services.gateway.clients.consular.money.refunds import DeskRefund, RefundHead, RefundPage
from services.gateway.clients.consular.money.tills import Counted, TillDay, TillOverview
from services.gateway.clients.consular.people.identity_checks import IdentityCheck, LatestCheck
from services.gateway.clients.consular.people.mandates import Deed, Mandate, Proof
from services.gateway.clients.http import Client as HttpClient
from services.gateway.clients.issued_documents import IssuedDocuments
from services.gateway.clients.verification import Verification
from shared.catalogue import CATALOGUE
from shared.database.db import Database, now
from shared.identity.actor import Actor, service
from shared.identity.representation import PURPOSE
from shared.values.references import new
from tests.factories.applications import Counter, Registers
from tests.factories.appointments import act, booked
from tests.factories.draws import open_draw
from tests.factories.gateway import Gateway, build
from tests.factories.gateway.forms import begin, fill, send
from tests.factories.inquiries import REFUSAL, TEXT
from tests.factories.mandates import Acting, Client
from tests.factories.messages.parked import park
from tests.factories.ministries.letters import CONVICTION, letters_of, reply
from tests.factories.payments import RETURN, InMemoryProvider, bank
from tests.factories.registers.conscription import enlist, forward
from tests.factories.uploads import JPEG

ME = specimens.SERVED
EXPATRIATE = Actor("expatriate", "a", "expatriate", "RUH", ME.person)
STUDENT = Actor("expatriate", "s", "expatriate", "RUH", specimens.STUDENT.person)
OFFICER = Actor("officer", "o", "officer", "RUH")
HEAD = Actor("officer", "h", "head_of_mission", "RUH")
CASHIER = Actor("officer", "contract-cashier", "cashier", "RUH")


@pytest.fixture(scope="module")
def gateway(environment: Any, service_client: Any, registers: int) -> Any:
    assert registers
    made = build(environment, service_client)
    made.forget_tries()
    yield made
    made.app.extensions["database"].engine.dispose()


@pytest.fixture
def counter(service_client: Client, key_folder: Path) -> Callable[[], Counter]:
    """A new applicant at the mission, over the service's own interface."""
    return lambda: Counter(service_client("consular"), Registers(key_folder))


@pytest.fixture(scope="module")
def consular(gateway: Gateway) -> Consular:
    client = gateway.app.extensions["consular"]
    assert isinstance(client, Consular)
    return client


def differences(kind: Any, value: Any, path: str = "") -> Iterator[str]:
    """Keys that are declared and not sent, or sent and not declared, at any depth; and values of another type."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return
    if origin is NotRequired:
        yield from differences(arguments[0], value, path)
    elif origin in (Union, UnionType):
        if value is None and NoneType in arguments:
            return
        yield from differences(next(one for one in arguments if one is not NoneType), value, path)
    elif is_typeddict(kind):
        yield from _keys(kind, value, path)
    elif origin is list:
        for one in value:
            yield from differences(arguments[0], one, f"{path}[]")
    elif origin is dict:
        for one in value.values():
            yield from differences(arguments[1], one, f"{path}{{}}")
    elif not isinstance(value, kind):
        yield f"{path} is {type(value).__name__}, not {kind.__name__}"


def _keys(kind: Any, value: Mapping[str, Any], path: str) -> Iterator[str]:
    declared = get_type_hints(kind, include_extras=True)
    yield from (f"{path}.{name} is not declared" for name in value.keys() - declared.keys())
    yield from (f"{path}.{name} is not sent" for name in kind.__required_keys__ - value.keys())
    for name in value.keys() & declared.keys():
        yield from differences(declared[name], value[name], f"{path}.{name}")


def check(kind: Any, value: Any) -> None:
    assert sorted(set(differences(kind, value, kind.__name__))) == []


def check_all(kind: Any, values: list[Any]) -> None:
    """As `check`, for a list that must not be empty, or nothing would have been compared."""
    assert values
    for value in values:
        check(kind, value)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ({"status": "known"}, "Stage.stages is not sent"),
        ({"transaction": "x", "status": "y", "stages": [], "more": 1}, "Stage.more is not declared"),
        ({"transaction": "x", "status": "y", "stages": [{"code": "c"}]}, "Stage.stages[].state is not sent"),
        ({"transaction": 1, "status": "y", "stages": []}, "Stage.transaction is int, not str"),
    ],
)
def test_the_comparison_sees_every_difference(value: dict[str, Any], found: str) -> None:
    assert found in [*differences(TrackingStep, value, "Stage")]


def test_missions_and_offers(consular: Consular) -> None:
    check_all(Mission, consular.offers.missions())
    check_all(Offer, consular.offers.list_offers("RUH", "2026-11-21"))


@pytest.mark.parametrize("slug", ("individual-extract", "passport-renewal"))
def test_an_application_for_its_owner_and_at_the_desk(gateway: Gateway, consular: Consular, slug: str) -> None:
    browser = gateway.visitor(person=ME)
    reference = begin(browser, slug)
    check(Application, consular.applications.detail(EXPATRIATE, reference))
    step = consular.applications.form_step(EXPATRIATE, reference, CATALOGUE[slug].questions[0].step)
    check(FormStep, step)
    assert step["editable"]
    check(BookableApplication, consular.applications.with_openings(EXPATRIATE, reference))
    fill(browser, slug, reference)
    send(browser, reference)
    application = consular.applications.detail(EXPATRIATE, reference)
    check(Application, application)
    assert application["quote"] and application["papers"] and application["timeline"]
    check_all(ApplicantView, consular.applications.list_own(EXPATRIATE))
    check(TrackingStep, consular.applications.track(EXPATRIATE, reference, ME.born.isoformat()))
    check(Case, consular.cases.detail(OFFICER, reference))
    queue = consular.cases.queue(OFFICER)
    check(QueuePage, queue)
    assert queue["rows"]
    consular.applications.withdraw(EXPATRIATE, reference, f"contract {slug}")


def test_a_change_answers_where_the_application_stands(consular: Consular) -> None:
    other = Actor("expatriate", "contract-head", "expatriate", "RUH", specimens.MOTHER.person)
    head = consular.applications.begin(other, "family-extract", "contract head")
    check(Head, head)
    consular.applications.withdraw(other, head["reference"], "contract head ends")


def test_a_check_of_a_person_by_passport_and_photo(consular: Consular) -> None:
    declared = Actor("expatriate", "contract-check", "declared", "RUH")
    assert consular.identity_checks.latest(declared) == {"check": None}
    for number, which in enumerate(("passport", "face")):
        consular.identity_checks.add_file(declared, which, scan(number))
    latest = consular.identity_checks.latest(declared)
    check(LatestCheck, latest)
    check_all(IdentityCheck, consular.identity_checks.waiting(OFFICER))
    assert latest["check"]
    check(IdentityCheck, consular.identity_checks.detail(OFFICER, latest["check"]["reference"]))


def test_inquiries(consular: Consular) -> None:
    question = {"type": "application", "number": "3123456789", "text": TEXT, "about": "", "reference": ""}
    written = consular.inquiries.write(STUDENT, question)
    check(InquiryHead, written)
    reference = written["reference"]
    consular.inquiries.add_file(STUDENT, reference, "page.jpg", JPEG)
    check(InquiryHead, consular.inquiries.confirm(STUDENT, reference, consular.inquiries.digest(STUDENT, reference)))
    check(InquiryHead, consular.inquiries.take(OFFICER, reference))
    check(InquiryQueue, consular.inquiries.queue(OFFICER, "open", 1))
    refusal: dict[str, str | int] = {**REFUSAL, "round": 1}
    check(InquiryHead, consular.inquiries.answer(OFFICER, reference, "answer", refusal))
    check(InquiryHead, consular.inquiries.rate(STUDENT, reference, 3))
    check(InquiryHead, consular.inquiries.contest(STUDENT, reference, "appeal", TEXT))
    check(Inquiry, consular.inquiries.detail(STUDENT, reference))
    check(DeskInquiry, consular.inquiries.at_desk(HEAD, reference))
    check_all(InquiryHead, consular.inquiries.list_own(STUDENT))
    call = {**question, "channel": "phone", "contact": "Umm Samer"}
    check(InquiryHead, consular.inquiries.write_in(OFFICER, call))


def test_a_proof_that_an_application_is_pending(consular: Consular, counter: Callable[[], Counter]) -> None:
    case = counter().until("in_review")
    check(PendingProof, consular.pending_proofs.current(case.person.actor, case.reference))
    check(PendingProof, consular.pending_proofs.make(case.person.actor, case.reference))


def test_appointments(consular: Consular) -> None:
    services = consular.appointments.services("RUH")
    check(Services, services)
    openings = consular.appointments.openings("RUH", services["services"][0])
    check(Openings, openings)
    assert any(day["times"] for day in openings["days"])
    calendar = consular.appointments.calendar(OFFICER)
    check(Calendar, calendar)
    assert calendar["hours"] and calendar["rules"]
    check(DaySheet, consular.appointments.day_sheet(OFFICER, None, None))


def test_the_waiting_hall(gateway: Gateway, consular: Consular) -> None:
    browser = gateway.visitor(person=specimens.ELDER)
    reference = begin(browser, "individual-extract")
    fill(browser, "individual-extract", reference)
    review = f"/en/applications/{reference}/review"
    assert browser.submit(review, key=browser.hidden(review, "key")).status_code == 303
    clerk = Actor("officer", "contract-clerk", "clerk", "RUH")
    check(Ticket, consular.hall.admit(clerk, "hall-a", reference, specimens.ELDER.national_number))
    waiting = consular.hall.view(clerk)
    check(HallView, waiting)
    assert waiting["waiting"]
    number = consular.hall.call(clerk, "hall-b", 1)
    assert number is not None
    view = consular.hall.view(clerk)
    check(HallView, view)
    assert view["at_counter"] and view["called"]
    check(Screen, consular.hall.screen("RUH"))
    for verb in ("begin", "finish"):
        consular.hall.change(clerk, number, verb, f"hall-{verb}")


def test_draws_and_the_waiting_list(gateway: Gateway, consular: Consular, database: Callable[[str], Database]) -> None:
    draw = open_draw(database("consular"), days=(10, 12))
    browser = gateway.visitor(person=specimens.STUDENT)
    reference = begin(browser, "embassy-queue-riyadh")
    check(Chances, consular.draws.chances(STUDENT, reference))
    fill(browser, "embassy-queue-riyadh", reference)
    days = {"first_day": draw.first_day.isoformat(), "last_day": draw.last_day.isoformat()}
    body = {"key": "e", "applications": [reference], "urgent_reason": "travel", **days}
    consular.draws.enter(STUDENT, draw.code, body)
    consular.draws.act(STUDENT, reference, "waiting/join", {"key": "j", **days})
    chances = consular.draws.chances(STUDENT, reference)
    check(Chances, chances)
    assert chances["draws"] and chances["entered"] and chances["waiting"]
    desk = consular.draws.desk(OFFICER)
    check(DeskDraws, desk)
    assert desk["draws"] and desk["urgent"] and desk["releases"]
    check(DrawCalendar, consular.draws.calendar("RUH"))
    check(Draw, consular.draws.detail(draw.code))


def test_mandates(gateway: Gateway, consular: Consular) -> None:
    me = gateway.app.extensions["civil_registry"].state(EXPATRIATE, PURPOSE)["statement"]
    agent = specimens.WOMAN
    body = {
        "agent_number": agent.national_number,
        "agent_given": agent.given_name,
        "until": (today() + timedelta(days=90)).isoformat(),
        "scope": ["individual-extract"],
        "key": "contract-mandate",
        "statement": me,
    }
    consular.mandates.grant(EXPATRIATE, body)
    mandates = consular.mandates.list_own(EXPATRIATE, me)
    check_all(Mandate, mandates)
    for mandate in mandates:
        if mandate["state"] == "offered":
            consular.mandates.settle(EXPATRIATE, mandate["reference"], "end", {"key": "contract", "statement": me})


def test_a_deed_at_the_desk_and_the_proof_of_its_mandate(
    gateway: Gateway, consular: Consular, service_client: Client
) -> None:
    agent = Acting(service_client, specimens.MOTHER)
    reference = agent.hand_in(specimens.ABROAD, "power_of_attorney").get_json()["reference"]
    check(Deed, consular.mandates.deed(OFFICER, reference))
    check_all(Deed, consular.mandates.list_deeds(OFFICER))
    registry = gateway.app.extensions["civil_registry"]
    principal = registry.introduce(OFFICER, specimens.ABROAD.national_number, specimens.ABROAD.given_name)
    check(Statement, principal)
    body = {"key": reference, "statement": principal["statement"]}
    consular.mandates.decide_deed(OFFICER, reference, "accept", body)
    proof = consular.mandates.prove(agent.actor, reference, "individual-extract")
    check(Proof, proof)
    assert proof["proofs"]
    agent.end(reference)


def test_a_letter_before_and_after_its_reply(consular: Consular, counter: Callable[[], Counter]) -> None:
    filed = counter().until("with_authority", "criminal-record")
    code = letters_of(filed)[0]["code"]
    letter = consular.letters.detail(OFFICER, code)
    check(Letter, letter)
    assert letter["answerable"] and letter["ladder"] and letter["findings"] and not letter["replies"]
    sent = reply("convicted", filed.person.number, entries=[CONVICTION])
    consular.letters.reply(OFFICER, code, {**sent, "key": code})
    letter = consular.letters.detail(OFFICER, code)
    check(Letter, letter)
    assert letter["replies"][0]["entries"] and not letter["answerable"]
    page = consular.letters.list_letters(OFFICER, q=filed.reference)
    check(LetterPage, page)
    assert [row["code"] for row in page["rows"]] == [code]


def test_payments_and_the_price_of_an_upgrade(
    consular: Consular, counter: Callable[[], Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = InMemoryProvider()
    for module in (payments, prices):
        monkeypatch.setattr(module, "card_provider", lambda: provider)
    filed = counter().until("awaiting_payment", "passport-renewal")
    payer = filed.person.actor
    page = consular.payments.open_card(payer, filed.reference, "card", RETURN)
    check(CardPage, page)
    check(Payment, consular.payments.refresh(payer, page["reference"]))
    provider.choose(page["reference"], "pay")
    assert consular.payments.refresh(payer, page["reference"])["state"] == "succeeded"
    price = consular.payments.upgrade_price(payer, filed.reference)
    check(UpgradePrice, price)
    assert price["quote"] is None
    consular.payments.open_upgrade_cash(payer, filed.reference, "upgrade")
    price = consular.payments.upgrade_price(payer, filed.reference)
    check(UpgradePrice, price)
    assert price["quote"] is not None and price["quote"]["expired"] is False
    assert [line["line"] for line in price["quote"]["lines"]] == ["urgent_difference"]
    check(Application, consular.applications.detail(payer, filed.reference))


def test_the_bank_and_the_books(
    consular: Consular, counter: Callable[[], Counter], database: Callable[[str], Database]
) -> None:
    with database("consular").scope("RUH") as session:
        bank.open_account(session)
        day = missions.today(session, "RUH")
    filed = counter().until("awaiting_payment", "passport-renewal")
    consular.payments.choose_transfer(filed.person.actor, filed.reference)
    terms = consular.payments.transfer_terms(filed.person.actor, filed.reference)
    check(TransferTerms, terms)
    movements = [
        bank.Movement(terms["amount"], day, terms["reference"]),
        bank.Movement(terms["amount"], day, "no reference"),
    ]
    other = counter().until("awaiting_payment", "passport-renewal")
    check(StatementFile, consular.bank.import_file(HEAD, "x.xml", bank.camt(bank.Statement(movements, day, day))))
    overview = consular.bank.overview(HEAD, "1")
    line = overview["lines"][-1]["reference"]
    override = {"kind": "give_back", "reason": "nobody's", "key": new("RUH", 10)}
    assert other.reference in [one["application"] for one in consular.bank.line(HEAD, line)["suggestions"]]
    consular.bank.act(HEAD, line, "override", override)
    check(BankLineDetail, consular.bank.line(HEAD, line))
    overview = consular.bank.overview(HEAD, "1")
    check(BankOverview, overview)
    assert overview["accounts"] and overview["files"] and overview["decisions"]
    consular.bank.decide(OFFICER, overview["decisions"][0]["reference"], "approve", new("RUH", 10))
    detail = consular.bank.line(HEAD, line)
    check(BankLineDetail, detail)
    assert detail["matches"]
    with database("consular").scope("RUH") as session:
        session.add(Discrepancy(mission="RUH", kind="card_absent", about="RUH-P", amount=1, currency="SAR",
                                since=now(session), seen_at=now(session)))  # fmt: skip
        payment = session.scalars(
            select(Attempt.reference).where(~exists().where(Refund.attempt == Attempt.reference))
        ).first()
        session.add(Dispute(reference="RUH-N2222-22222-2", mission="RUH", application=filed.reference, attempt=payment,
                            provider_reference="d", state="open", amount=1, currency="SAR",
                            opened_at=now(session)))  # fmt: skip
        assert payment is not None
        session.add(Refund(reference="RUH-F2222-22222-2", mission="RUH", order=session.get_one(Attempt, payment).order,
                           attempt=payment, part="whole", key=uuid.uuid4(), amount=1, currency="SAR", state="due",
                           reason="lapsed", marked_at=now(session), marked_by="x", changed_at=now(session),
                           second_needed=False))  # fmt: skip
    books = consular.bank.books(HEAD, None)
    check(Books, books)
    assert books["taken"] and books["methods"] and books["open"] and books["disputes"]
    unpaid = consular.payments.unpaid_refunds("RUH")
    check(UnpaidRefunds, unpaid)
    assert unpaid["owed"]
    consular.bank.take_discrepancy(HEAD, "card_absent", "RUH-P")


def test_an_assessment_of_the_conscription_service(
    gateway: Gateway, database: Callable[[str], Database], cluster: Postgres
) -> None:
    man = enlist(cluster, timedelta(days=400))
    owner = replace(EXPATRIATE, person=man)
    with database("conscription").scope("RUH") as session:
        application = forward(session, man).about
    assessment = gateway.app.extensions["conscription"].assessment(owner, application)
    check(Assessment, assessment)
    assert assessment["working"]


def test_an_imported_file_in_detail(consular: Consular, database: Callable[[str], Database]) -> None:
    head = replace(HEAD, mission="PRG")
    with database("consular").scope("PRG") as session:
        day = missions.today(session, "PRG")
    window = {"window_from": day.isoformat(), "window_to": (day + timedelta(days=9)).isoformat()}
    consular.bookings.declare_phase(head, {**window, "lead_days": "5", "law_source": "Circular 3"}, new("PRG", 10))
    overview = consular.bookings.overview(head)
    check(Overview, overview)
    heading = b"reference,national_number,given_name,transaction,booked_for\n"
    booked_for = (day + timedelta(days=60)).isoformat().encode()
    rows = heading + b"OLD-1,01010000007,Karam,passport-renewal," + booked_for + b"\nOLD-2,x,,unknown,never\n"
    reference = consular.bookings.preview(head, overview["phases"][0]["reference"], "bookings.csv", rows)
    previewed = consular.bookings.import_detail(head, reference)
    check(BookingImport, previewed)
    assert previewed["faults"] and previewed["good"] == 1
    consular.bookings.decide_import(head, reference, "drop")
    check(BookingImport, consular.bookings.import_detail(head, reference))
    check_all(BookingImport, consular.bookings.overview(head)["imports"])


def test_a_proposal_and_its_preview(consular: Consular, database: Callable[[str], Database]) -> None:
    head = replace(HEAD, mission="PRG")
    with database("consular").scope("PRG") as session:
        day = missions.today(session, "PRG")
    terms = {
        "decree": "1/2026",
        "days": "1",
        "transactions": ["individual-extract"],
        "decreed_on": day.isoformat(),
        "ends_from": day.isoformat(),
        "ends_to": (day + timedelta(days=1)).isoformat(),
    }
    check(Preview, consular.approvals.preview(head, "extension", terms))
    consular.approvals.propose(head, "extension", terms, new("PRG", 10))
    check_all(Proposal, consular.approvals.list_proposals(head))


def test_the_numbers_that_need_a_lawyer(gateway: Gateway, consular: Consular) -> None:
    administrator = Actor("officer", "a", "administrator", "RUH")
    check(Parameters, consular.offers.parameters(administrator))
    check_all(DoubtfulParameter, gateway.app.extensions["conscription"].parameters(administrator))


def test_a_passport_number_and_notices(consular: Consular, counter: Callable[[], Counter]) -> None:
    check(PassportRecord, consular.cases.passport(OFFICER, "N777777777"))
    filed = counter().until("in_review")
    mark = {"kind": "paper", "name": "photo", "reason": "paper_missing", "note": "شكرًا"}
    filed.desk("return", items=[mark])
    check(Application, consular.applications.detail(filed.person.actor, filed.reference))
    check_all(Notice, consular.notices.list_own(filed.person.actor))
    check_all(OutgoingNotice, consular.notices.outgoing(service("gateway", filed.mission)))


def test_an_accepted_paper_is_handed_in_again(consular: Consular, counter: Callable[[], Counter]) -> None:
    accepted, draft = counter().until("with_authority", "individual-extract"), counter()
    draft.person = accepted.person
    assert draft.start("criminal-record").status_code == 201
    found = consular.applications.offered_uploads(draft.person.actor, draft.reference)
    check_all(Upload, found)
    check(Upload, consular.applications.reuse_upload(draft.person.actor, draft.reference, found[0]["id"]))


def test_a_link_for_whoever_pays(
    consular: Consular, counter: Callable[[], Counter], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payer_links, "card_provider", InMemoryProvider)
    filed = counter().until("awaiting_payment")
    made = consular.payer_links.make(filed.person.actor, filed.reference, shows_service=True, key="link")
    check(NewPayerLink, made)
    check(PayerLink, consular.payer_links.current(filed.person.actor, filed.reference))
    token = str(made["token"])
    shown = consular.payer_links.show(token)
    check(LinkPage, shown)
    terms = {"method": "card", "key": "k", "return_url": RETURN, "name": "Omar"}
    check(LinkPayment, consular.payer_links.open_card(token, {**terms, "amount": shown["amount"], "currency": "SAR"}))
    consular.payer_links.revoke(filed.person.actor, filed.reference)
    assert consular.payer_links.current(filed.person.actor, filed.reference) is None


def test_tills_refunds_and_the_ledger(consular: Consular, counter: Callable[[], Counter]) -> None:
    filed = counter().until("in_review")
    filed.ask_as_applicant("POST", "/withdraw", {"key": "w"})
    check(Application, consular.applications.detail(filed.person.actor, filed.reference))
    listed = consular.refunds.list_refunds(CASHIER)
    check(RefundPage, listed)
    refund = next(row for row in listed["unpaid"] if row["application"] == filed.reference)
    check(DeskRefund, consular.refunds.detail(CASHIER, refund["reference"]))
    seen: dict[str, object] = {"amount": refund["amount"], "currency": refund["currency"]}
    account = {"iban": "DE89370400440532013000", "account_holder": "Specimen"}
    terms = {**seen, **account, "method": "transfer", "override": "سبب", "key": "p"}
    check(RefundHead, consular.refunds.act(CASHIER, refund["reference"], "prepare", terms))
    consular.refunds.act(HEAD, refund["reference"], "approve", {**seen, "key": "a"})
    check(RefundPage, consular.refunds.list_refunds(CASHIER))
    file = consular.refunds.write_file(CASHIER, {**account, "currency": refund["currency"], "key": "f"})
    assert refund["reference"].encode() in consular.refunds.read_file(CASHIER, file)
    till = consular.tills.open(CASHIER, "SAR", {"50000": 1}, "t")
    check(TillDay, consular.tills.day_sheet(CASHIER, till))
    check(TillOverview, consular.tills.overview(CASHIER))
    check(Counted, consular.tills.close(CASHIER, till, {"50000": 2}, "c"))
    check(TillDay, consular.tills.day_sheet(CASHIER, till))
    consular.tills.deposit(CASHIER, "SAR", {"50000": 1}, "d")
    overview = consular.tills.overview(CASHIER)
    check(TillOverview, overview)
    assert overview["closed"] and overview["deposits"]
    check(TrialBalance, consular.ledger.trial_balance(HEAD))
    check(MissionFigures, consular.figures.read(HEAD, "30"))
    assert consular.ledger.export(HEAD, "csv").startswith(b"booked_at,")


def test_prices_and_absences(
    counter: Callable[..., Counter], database: Callable[[str], Database], consular: Consular
) -> None:
    with database("consular").scope("RUH") as session:
        day = missions.today(session, "RUH").isoformat()
    check(Tariffs, consular.offers.tariffs(CASHIER, day))
    check(Rates, consular.offers.rates(CASHIER))
    absent = booked(counter())
    began = datetime.now(UTC) - timedelta(hours=1)
    times = {"starts_at": began, "ends_at": began + timedelta(minutes=15)}
    with database("consular").scope("RUH") as session:
        session.execute(update(BookedTime).where(BookedTime.application == absent.reference).values(**times))
    assert absent.desk("miss").status_code == 200
    assert act(absent, "appeal", reason="تعطلت سيارتي").status_code == 200
    check_all(Appeal, consular.appointments.appeals(OFFICER))
    check(Anomalies, consular.appointments.anomalies(OFFICER))


def returned_kinds() -> set[str]:
    """The names of the typed answers that the clients' methods give."""
    subjects = [kind for kind in get_type_hints(Consular).values() if kind is not HttpClient]
    methods = [
        method
        for client in (*subjects, CivilRegistry, Conscription, IssuedDocuments)
        for name, method in vars(client).items()
        if isfunction(method) and not name.startswith("_")
    ]
    answers: list[Any] = [get_type_hints(method).get("return") for method in methods]
    kinds = [get_args(answer)[0] if get_origin(answer) is list else answer for answer in answers]
    return {str(kind.__name__) for kind in kinds if is_typeddict(kind)}


def test_every_typed_answer_of_a_client_is_compared() -> None:
    tree = ast.parse(Path(__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    checks = [call for call in calls if ast.unparse(call.func) in ("check", "check_all")]
    compared = {ast.unparse(call.args[0]) for call in checks}
    assert len(returned_kinds()) > 15
    assert returned_kinds() - compared == set()


def test_the_registers(gateway: Gateway, consular: Consular) -> None:
    registry, conscription = (gateway.app.extensions[name] for name in ("civil_registry", "conscription"))
    assert isinstance(registry, CivilRegistry) and isinstance(conscription, Conscription)
    father = replace(EXPATRIATE, person=specimens.FATHER.person)
    check_all(Relative, registry.relatives(father, "guardian"))
    check(Confirmed, registry.confirm_identity(EXPATRIATE, ME.identity()))
    stated = registry.state(EXPATRIATE, "individual-extract")
    check(Statement, stated)
    assert {"person", "sex", "born", "alive", "registered"} <= set(stated["facts"])
    served = conscription.state(EXPATRIATE, "cash-allowance")
    check(Statement, served)
    assert "service_status" in served["facts"]
    for documents, mark in ((registry.documents, "R"), (conscription.documents, "M"), (consular.documents, "C")):
        check(Verification, documents.verify(EXPATRIATE, new("RUH", 18, mark)))


def test_booklets(consular: Consular) -> None:
    check(BookletCounts, consular.booklets.counts(HEAD))
    serial = f"N{uuid.uuid4().int % 10**9:09}"
    check(Delivery, consular.booklets.receive(HEAD, [serial]))


def test_parked_messages(consular: Consular, database: Callable[[str], Database]) -> None:
    number = park(database("consular"), new("RUH", 10))
    check(ParkedPage, consular.parked.list_messages(HEAD, 1))
    check(ParkedDetail, consular.parked.detail(HEAD, number))


def test_cases_that_are_assigned(consular: Consular) -> None:
    check(AssignedCases, consular.cases.assign_many(OFFICER, [new("RUH", 10)]))
