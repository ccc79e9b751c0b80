"""Turns of applications: chosen and held, booked, moved, cancelled. A turn for its own sake is an application's
outcome; a visit is what a passport needs before it can be accepted."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import load_for_update, note_step, transition
from services.consular.applications.update import update_columns
from services.consular.appointments import attendance, book, release, slips
from services.consular.appointments.hold import Booker, hold
from services.consular.appointments.model import Appointment
from services.consular.missions import calendar, day_of
from services.consular.people import snapshot
from shared import documents, forms
from shared.catalogue.model import APPOINTMENT, Transaction
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor

# The answers that say what a turn is for, and which paper it is bound to.
WANTED, PASSPORT = "service_wanted", "passport_number"

Answers = Mapping[str, object]


def service_of(entry: Transaction, answers: Answers) -> str | None:
    """For which service at the mission somebody comes; None where nobody need come, or has not yet said why."""
    return str(answers.get(WANTED) or "") or None if entry.outcome == APPOINTMENT else entry.appointment


def check_possible(application: Application, verb: str) -> Transaction:
    """Raises Conflict when a verb about turns makes no sense for this application as it stands."""
    entry = forms.transaction(application.transaction)
    fits = rules.appointment_verb_fits(
        verb, Status(application.status), turn=entry.outcome == APPOINTMENT, visit=entry.appointment is not None
    )
    if not fits:
        raise Conflict("not_possible_now", status=application.status)
    return entry


def hold_slot(session: Session, actor: Actor, reference: str, starts_at: datetime) -> Appointment:
    """Holds a time for an application, in place of one held before. Raises what the holding of seats raises, and
    Refusal (turn_answers_first) before the questions that a turn depends on are answered."""
    application = load_for_update(session, actor, "turn.hold", reference)
    entry = check_possible(application, "hold_turn")
    if attendance.of(session, reference) is not None:
        raise Conflict("attended_already")
    return hold(session, actor, _booker(session, application, entry, application.answers), starts_at)


def release_slot(session: Session, actor: Actor, reference: str) -> None:
    """Gives up what is only held."""
    application = load_for_update(session, actor, "turn.hold", reference)
    check_possible(application, "hold_turn")
    turn = book.latest(session, reference)
    if turn is not None and book.is_held(session, turn):
        release.release_held(session, actor, reference)


def confirm(session: Session, actor: Actor, reference: str) -> Appointment:
    """Books the time held for a visit, with a slip. A turn for its own sake is booked when it is handed in."""
    application = load_for_update(session, actor, "turn.confirm", reference)
    entry = check_possible(application, "hold_turn")
    if entry.outcome == APPOINTMENT:
        raise Conflict("not_possible_now", status=application.status)
    turn = book.confirm(session, actor, _booker(session, application, entry, application.answers))
    _issue(session, actor, application, turn)
    note_step(session, actor, application, "turn_booked", None, detail=_detail(turn))
    return turn


def book_on_submit(
    session: Session, actor: Actor, application: Application, entry: Transaction, columns: dict[str, object]
) -> None:
    """The end of submitting a turn: the held time is booked, the slip issued, and the application ready."""
    answers = columns["answers"]
    assert isinstance(answers, dict)
    turn = book.confirm(session, actor, _booker(session, application, entry, answers))
    slip = _issue(session, actor, application, turn)
    ready: dict[str, object] = {"document": slip, "document_owner": "consular", "due_on": _day(session, turn)}
    transition(session, actor, application, Status.READY, detail=_detail(turn), columns={**columns, **ready})


def reschedule(session: Session, actor: Actor, reference: str, starts_at: datetime) -> Appointment:
    """Moves a booked turn to another time, both at once or not at all; the old slip is no longer valid."""
    application = load_for_update(session, actor, "turn.move", reference)
    entry = check_possible(application, "change_turn")
    old = book.booked(session, reference).slip
    turn = book.exchange(session, actor, _booker(session, application, entry, application.answers), starts_at)
    _revoke(session, actor, old, "turn_moved")
    slip = _issue(session, actor, application, turn)
    if entry.outcome == APPOINTMENT:
        update_columns(session, application, document=slip, due_on=_day(session, turn))
    note_step(session, actor, application, "turn_moved", None, detail=_detail(turn))
    return turn


def cancel(session: Session, actor: Actor, reference: str) -> Appointment:
    """Cancels a booked turn; its seat is free at once. A turn for its own sake ends with it, a visit may be booked
    again. Raises NotFound without a booked turn, Conflict (turn_begun) after its hour."""
    application = load_for_update(session, actor, "turn.cancel", reference)
    entry = check_possible(application, "change_turn")
    turn = release.cancel(session, actor, reference)
    _revoke(session, actor, turn.slip, "turn_cancelled")
    if entry.outcome == APPOINTMENT:
        without: dict[str, object] = {"document": None, "document_owner": None, "due_on": None}
        transition(session, actor, application, Status.WITHDRAWN, detail=_detail(turn), columns=without)
    else:
        note_step(session, actor, application, "turn_cancelled", None, detail=_detail(turn))
    return turn


def _booker(session: Session, application: Application, entry: Transaction, answers: Answers) -> Booker:
    """A turn is one's share of the month; a visit belongs to its application and takes no share."""
    service, document = service_of(entry, answers), _document(session, application, entry, answers)
    if not service or not document:
        raise Refusal("turn_answers_first")
    return Booker(
        mission=application.mission,
        service=service,
        application=application.reference,
        person=application.person,
        document=document,
        counted_for=application.person if entry.outcome == APPOINTMENT else application.reference,
    )


def _document(session: Session, application: Application, entry: Transaction, answers: Answers) -> str:
    if entry.outcome == APPOINTMENT:
        return str(answers.get(PASSPORT) or "")
    holder = snapshot.of(session, application.reference)
    return holder.national_number if holder else ""


def _issue(session: Session, actor: Actor, application: Application, turn: Appointment) -> str:
    rule = calendar.rule(session, turn.mission, turn.service)
    code = slips.issue_appointment_slip(session, actor, application, turn, rule.arrive_minutes)
    book.store_slip(session, turn.id, code)
    return code


def _revoke(session: Session, actor: Actor, slip: str | None, reason: str) -> None:
    if slip:
        documents.revoke(session, actor, slip, reason)


def _day(session: Session, turn: Appointment) -> object:
    return day_of(session, turn.mission, turn.starts_at)


def _detail(turn: Appointment) -> dict[str, str | int | None]:
    return {"starts_at": turn.starts_at.isoformat(), "service": turn.service, "window": turn.window}
