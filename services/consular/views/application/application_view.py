"""Views of an application: for its applicant, and for the mission with person and history."""

from typing import Any, TypeVar

from sqlalchemy import Row
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications import rules
from services.consular.applications.attendance import visit_service
from services.consular.applications.model import Application, Step
from services.consular.applications.rules import Party, Status
from services.consular.applications.transitions import check_readable, is_party
from services.consular.ministries import letter_views as desk_letters
from services.consular.missions import today
from services.consular.notices import inbox
from services.consular.passports.model import Passport
from services.consular.payments.orders import attempts, parts, quote
from services.consular.payments.orders.quote import FEE, UPGRADE
from services.consular.payments.orders.rules import OrderState, Payment, refunded
from services.consular.payments.refunds.model import Refund
from services.consular.payments.refunds.rules import RefundState
from services.consular.payments.tariffs.rules import cash_money
from services.consular.people import snapshot
from services.consular.people.model import ActingPerson, Applicant
from services.consular.uploads import corrections, store
from services.consular.views.application import upcoming, withdrawal_terms
from services.consular.views.application.application_rows import ApplicationRows, applicant_rows
from services.consular.workflow.money import upgrade
from services.consular.workflow.money.transfers import transfer_terms
from shared import forms
from shared.catalogue.model import AFTER_ASSESSMENT, APPOINTMENT, HOLDER
from shared.database import audit
from shared.errors import NotFound
from shared.identity.access import ACCESS
from shared.identity.actor import Actor
from shared.values.money import Money

# Which action of the access table each verb needs.
ACTIONS = {
    "edit": "application.answer",
    "submit": "application.submit",
    "pay": "payment.open",
    "withdraw": "application.withdraw",
    "accept": "desk.accept",
    "return": "desk.return",
    "refuse": "desk.refuse",
    "upgrade": "application.upgrade",
    "cash": "payment.cash",
    "collect": "desk.collect",
    "reprint": "desk.reprint",
    "hold_turn": "turn.hold",
    "change_turn": "turn.move",
    "attend": "desk.attend",
    "miss": "desk.miss",
}

# The codes of an appointment's stages; their statuses are those of any application.
TURN_STAGES = {"ready": "turn_booked", "collected": "turn_attended"}

View = dict[str, Any]
Rows = TypeVar("Rows", bound=ApplicationRows)


def behalf_of(
    actor: Actor, application: Application, acting: ActingPerson | None, applicant: Applicant | None = None
) -> View | None:
    """Both names of a file that one person handles for another; None where people act for themselves.

    Whoever named a relative or ward also gets number and given name, for the next query to the register.
    """
    if acting is None or application.capacity == HOLDER:
        return None
    may_ask_again = applicant is not None and actor.person == application.acting and application.mandate is None
    return {
        "capacity": application.capacity,
        "mandate": application.mandate,
        "beneficiary": acting.beneficiary_name,
        "acting": acting.name,
        "yours": actor.person == application.person,
        "sex": applicant.sex if applicant else None,
        "kinship": acting.kinship,
        "national_number": applicant.national_number if applicant and may_ask_again else None,
        "given_name": applicant.name.get("given") if applicant and may_ask_again else None,
    }


def summary(application: Application | Row[Any]) -> View:
    """The summary of a file, as lists show it; of a row with the columns of an application."""
    return {
        "reference": application.reference,
        "transaction": application.transaction,
        "mission": application.mission,
        "status": application.status,
        "awaits": application.awaits,
        "created_at": application.created_at.isoformat(),
        "submitted_at": application.submitted_at.isoformat() if application.submitted_at else None,
        "changed_at": application.changed_at.isoformat(),
        "due_on": application.due_on.isoformat() if application.due_on else None,
        "lapses_on": application.lapses_on.isoformat() if application.lapses_on else None,
        "booked_for": application.booked_for.isoformat() if application.booked_for else None,
    }


def view(session: Session, actor: Actor, reference: str) -> View:
    """The whole file, as its applicant sees it. The read is recorded."""
    rows = checked(session, actor, "application.read", applicant_rows(session, reference, actor.person or ""))
    audit.record(session, actor, "application.read", reference)
    return {
        **full_view(session, actor, rows),
        "notices": [inbox.serialise(notice) for notice in rows.notices[: inbox.LIST_LENGTH]],
    }


def checked(session: Session, actor: Actor, action: str, rows: Rows | None) -> Rows:
    """The rows, if the actor may do this with their application. Raises what `transitions.find` does."""
    if rows is None:
        raise NotFound()
    check_readable(session, actor, action, rows.application, rows.mandate, rows.applicant)
    return rows


def full_view(session: Session, actor: Actor, rows: ApplicationRows) -> View:
    """The file as both sides see it."""
    application, acting = rows.application, rows.acting
    upcoming_view, payments = upcoming.upcoming(session, rows), _payments(rows)
    return {
        **summary(application),
        "office": application.office,
        "applicant": _applicant_name(rows.applicant) if rows.applicant else None,
        "behalf": behalf_of(actor, application, acting, rows.applicant),
        "answers": application.answers,
        "papers": [store.serialise(upload) for upload in rows.uploads],
        "quote": _quote(session, rows, FEE),
        "upgrade": _quote(session, rows, UPGRADE),
        "payments": [_payment(payment, rows) for payment in payments],
        "parts": _parts(session, rows),
        "transfer_offered": _is_transfer_offered(session, rows),
        "refunds": [_refund(row, rows) for row in rows.refunds],
        "document": _document(application),
        "timeline": [_line(step, acting) for step in rows.steps],
        "stages": stages_of(application, rows.steps),
        "collection": _collection(rows.passport) if rows.passport else None,
        "letters": _letters(session, actor, rows),
        "corrections": _corrections(rows),
        "on_withdrawal": withdrawal_terms.withdrawal_terms(application, _kept(rows, payments)),
        **upcoming_view,
        "allowed": upcoming.possible_verbs(allowed(actor, application), upcoming_view),
    }


def _payments(rows: ApplicationRows) -> list[Payment]:
    orders = {order.reference: order for order in rows.orders}
    receipts = {receipt.attempt: receipt.number for receipt in rows.receipts}
    return [attempts.as_payment(orders[row.order], row, receipts.get(row.reference)) for row in rows.attempts]


def _parts(session: Session, rows: ApplicationRows) -> View | None:
    """What has arrived of the open fee in parts, and what remains; None where nothing has."""
    order = next((one for one in rows.orders if one.state == OrderState.OPEN and one.purpose == FEE), None)
    if order is None:
        return None
    kept = parts.arrived(order, rows.attempts)
    waiting = sum(line.open_amount for line in rows.part_lines if line.currency == order.currency)
    arrived = kept + Money(waiting, order.currency)
    if not arrived.amount:
        return None
    rest, mission = order.money - arrived, missions.find(session, order.mission)
    cash = cash_money(rest, mission.currency, mission.cash_step)
    money = {"arrived": arrived.amount, "remaining": rest.amount, "cash_remaining": cash.amount}
    return {**money, "currency": order.currency}


def _kept(rows: ApplicationRows, payments: list[Payment]) -> list[Payment]:
    """Those that their payers' banks have not taken back."""
    gone = {order.reference for order in rows.orders if order.state == OrderState.CHARGED_BACK}
    return [payment for payment in payments if payment.order not in gone]


def _payment(payment: Payment, rows: ApplicationRows) -> View:
    """A payment, with what was paid back of it and how its last dispute stands."""
    paid = [row.money for row in rows.refunds if row.attempt == payment.reference and row.state == RefundState.PAID]
    disputed = [row.state for row in rows.disputes if row.attempt == payment.reference]
    return payment.serialise() | {
        "refunded": refunded(payment.received or payment.amount, paid),
        "dispute": disputed[-1] if disputed else None,
    }


def _is_transfer_offered(session: Session, rows: ApplicationRows) -> bool:
    order = next((order for order in rows.orders if order.state == OrderState.OPEN), None)
    return order is not None and transfer_terms.is_offered(session, order.mission, order.currency)


def _quote(session: Session, rows: ApplicationRows, purpose: str) -> View | None:
    """The quote of the last order of this purpose, in any state."""
    order = next((order for order in rows.orders if order.purpose == purpose), None)
    if order is None:
        return None
    found = next(row for row in rows.quotes if row.id == order.quote_id)
    lines = [line for line in rows.quote_lines if line.quote == found.id]
    return quote.serialise_lines(session, order, found, lines)


def allowed(actor: Actor, application: Application) -> list[str]:
    """The verbs this actor may use now, by role and by status."""
    party = Party.APPLICANT if is_party(actor, application) else Party.MISSION
    entry = forms.transaction(application.transaction)
    verbs = rules.verbs_in(
        Status(application.status),
        party,
        entry.outcome,
        visit=visit_service(application) is not None,
    )
    urgent = upgrade.target(application) is None
    return [verb for verb in verbs if actor.role in ACCESS[ACTIONS[verb]] and not (urgent and verb == "upgrade")]


def stages_of(application: Application, steps: list[Step]) -> list[dict[str, str]]:
    """The stages of this transaction, each with its state for this application."""
    entry = forms.transaction(application.transaction)
    assessed, free = entry.priced == AFTER_ASSESSMENT, not entry.fees
    path = rules.path(entry.outcome, assessed=assessed, free=free, asks=entry.issues is None)
    came_from = next((step.source for step in reversed(steps) if step.source != step.target), None)
    last = Status(came_from) if came_from else Status.DRAFT
    stages = rules.stages(path, Status(application.status), last, paid=application.paid_at is not None)
    return (
        [{**stage, "code": TURN_STAGES[stage["code"]]} for stage in stages] if entry.outcome == APPOINTMENT else stages
    )


def _applicant_name(applicant: Applicant) -> View:
    return {"name": snapshot.printed_name(applicant)}


def _document(application: Application) -> View | None:
    if application.document is None:
        return None
    return {"code": application.document, "owner": application.document_owner}


def _collection(passport: Passport) -> View:
    expires = passport.expires_on.isoformat() if passport.expires_on else None
    return {"number": passport.number, "expires_on": expires, "state": passport.state}


def _letters(session: Session, actor: Actor, rows: ApplicationRows) -> list[View]:
    """The letters, for the case's parties and for staff who may read letters."""
    if not is_party(actor, rows.application) and actor.role not in ACCESS["letter.read"]:
        return []
    day = today(session, rows.application.mission)
    return [desk_letters.summary(letter, day) for letter in rows.letters]


def _corrections(rows: ApplicationRows) -> list[View]:
    """What was marked when the application was last returned."""
    files = store.by_name(rows.uploads)
    return [corrections.serialise(one, rows.application.answers, files) for one in rows.corrections]


def _refund(row: Refund, rows: ApplicationRows) -> View:
    attempt = next(each for each in rows.attempts if each.reference == row.attempt)
    return {
        **attempts.difference_of(attempt),
        "reference": row.reference,
        "payment": row.attempt,
        "amount": row.amount,
        "currency": row.currency,
        "state": row.state,
        "reason": row.reason,
        "method": row.method,
        "since": row.marked_at.isoformat(),
        "paid_at": row.paid_at.isoformat() if row.paid_at else None,
        "slip": row.slip,
    }


def _line(step: Step, acting: ActingPerson | None) -> View:
    """A step of the timeline. Where one person acts for another, it says which of the two acted."""
    is_behalf = acting is not None and step.person is not None
    return {
        "capacity": step.capacity if is_behalf else None,
        "name": (acting.name if step.person == acting.person else acting.beneficiary_name)
        if acting and is_behalf
        else None,
        "at": step.at.isoformat(),
        "code": step.code,
        "by": step.role,
        "reason": step.reason,
        "note": step.note,
        "detail": step.detail,
    }
