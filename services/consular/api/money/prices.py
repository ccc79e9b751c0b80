"""Prices and payments over HTTP: missions, transactions, the rule book, payment states, notifications, receipts."""

import time
from dataclasses import replace

from flask import Blueprint, Response, request

from services.consular import missions
from services.consular.api.request import day_argument, has_left
from services.consular.missions import calendar
from services.consular.missions.dated_rules import doubtful_promises
from services.consular.missions.model import Mission
from services.consular.payments.collection import hosted
from services.consular.payments.collection.hosted import NotifyingProvider, Settle
from services.consular.payments.orders import attempts, receipt
from services.consular.payments.providers import signature
from services.consular.payments.providers.rules import OutcomeUnknown
from services.consular.payments.providers.selection import provider_of
from services.consular.payments.providers.stripe.events import read_event
from services.consular.payments.refunds import send
from services.consular.payments.refunds.send import Record, RefundProvider
from services.consular.payments.tariffs import fees, rulebook
from services.consular.payments.tariffs.offer import offer
from services.consular.views import rule_view
from shared.catalogue import CATALOGUE
from shared.errors import Invalid, NotFound, Refusal, Unavailable
from shared.identity.access import check_access
from shared.values.references import is_valid, mission_of
from shared.web.service import allowed, current_actor, database, settings

# Types of notifications about refunds: `refund.failed`, `charge.refund.updated`.
REFUND_EVENT = "refund"


def card_provider() -> NotifyingProvider:
    """The provider this process is configured for."""
    return provider_of(settings())


def refund_provider() -> RefundProvider:
    """The same, for paying back."""
    return provider_of(settings())


def check_merchant() -> None:
    """Raises Refusal (merchant_missing) outside demo mode without a named merchant, provider and page of terms."""
    if not (settings().specimen or settings().takes_cards):
        raise Refusal("merchant_missing")


def routes(settle: Settle, record_refund: Record) -> Blueprint:
    """The blueprint; `settle` moves an application on when its payment is settled, `record_refund` does what the answer
    about a refund asks for."""
    blueprint = Blueprint("payments", __name__)
    blueprint.get("/missions")(list_missions)
    blueprint.get("/transactions")(list_transactions)
    blueprint.get("/transactions/<slug>")(show_transaction)
    blueprint.get("/rules/<slug>")(show_rules)
    blueprint.get("/desk/parameters")(list_parameters)
    blueprint.get("/receipts/<number>.pdf")(receipt_pdf)

    @blueprint.post("/payments/<reference>/refresh")
    @allowed("payment.refresh")
    def refresh(reference: str) -> dict[str, object]:
        """The payment after a query to the provider; the return page and the counter call it."""
        return refresh_payment(settle, reference)

    @blueprint.post("/provider/webhook")
    @allowed("payment.notify")
    def webhook() -> dict[str, object]:
        """Receives a notification. A duplicate, an unknown type or an unknown payment get the same answer: ok."""
        return receive_notification(settle, record_refund)

    return blueprint


@allowed("mission.list")
def list_missions() -> list[dict[str, object]]:
    """All missions."""
    with database().scope(None) as session:
        return [
            {**mission.serialise(), "office": calendar.office(session, mission.code)}
            for mission in missions.list_all(session)
        ]


@allowed("transaction.list")
def list_transactions() -> list[dict[str, object]]:
    """Every transaction as a mission offers it on the day `on`, by default today."""
    with database().scope(None) as session:
        mission = missions.find(session, request.args.get("mission"))
        on = day_argument("on") or missions.today(session, mission.code)
        return [offer(session, entry, mission, on) for entry in CATALOGUE.values()]


@allowed("transaction.list")
def show_transaction(slug: str) -> dict[str, object]:
    """One transaction as a mission offers it."""
    if slug not in CATALOGUE:
        raise NotFound("transaction_unknown")
    with database().scope(None) as session:
        mission: Mission = missions.find(session, request.args.get("mission"))
        return offer(session, CATALOGUE[slug], mission, day_argument("on") or missions.today(session, mission.code))


@allowed("transaction.list")
def show_rules(slug: str) -> dict[str, object]:
    """The rule book of a transaction on the day `on`, by default today."""
    if slug not in CATALOGUE:
        raise NotFound("transaction_unknown")
    on = day_argument("on")
    if on is not None and not rulebook.EARLIEST <= on < rulebook.LATEST:
        raise Invalid("out_of_range", field="on")
    with database().scope(None) as session:
        mission = missions.find(session, request.args.get("mission"))
        today = missions.today(session, mission.code)
        return rule_view.rules_on(session, CATALOGUE[slug], mission, on or today, today)


@allowed("parameter.list")
def list_parameters() -> dict[str, list[dict[str, object]]]:
    """What administrators have to have verified: promised days that need a lawyer, and tariffs of a weak source."""
    mission = current_actor().mission
    with database().scope(mission) as session:
        on = missions.today(session, mission)
        return {
            "promises": [row.serialise() for row in doubtful_promises(session, mission)],
            "tariffs": [row.serialise() for row in fees.unverified_at(session, missions.find(session, mission), on)],
        }


@allowed("receipt.read")
def receipt_pdf(number: str) -> Response:
    """A receipt, for its payer and the staff of its mission."""
    actor = current_actor()
    with database().scope(mission_of(number)) as session:
        return Response(receipt.read(session, actor, number), mimetype="application/pdf")


def refresh_payment(settle: Settle, reference: str) -> dict[str, object]:
    actor = current_actor()
    if not is_valid(reference):
        raise NotFound()
    with database().scope(mission_of(reference)) as session:
        payment = attempts.find(session, reference)
    check_access(actor, "payment.refresh", owner=(payment.person, payment.payer), mission=mission_of(reference))
    ask = hosted.close_page if has_left() else hosted.refresh
    return ask(database(), actor, card_provider(), settle, reference).payment.serialise()


def receive_notification(settle: Settle, record_refund: Record) -> dict[str, object]:
    raw = request.get_data(cache=False)
    if len(raw) > signature.MAX_BYTES:
        raise Refusal("event_too_large")
    header = request.headers.get(signature.HEADER, "")
    signature.check(settings().webhook_secrets, header, raw, int(time.time()))
    event, actor = read_event(raw), current_actor()
    try:
        outcome = hosted.receive(database(), actor, card_provider(), settle, event)
    except OutcomeUnknown as error:
        # It comes again.
        raise Unavailable("provider_down") from error
    if outcome is not None and REFUND_EVENT in event.type:
        attempt = outcome.payment.reference
        mission_actor = replace(actor, mission=mission_of(attempt))
        send.ask_about(database(), mission_actor, refund_provider(), record_refund, attempt)
    return {"ok": True}
