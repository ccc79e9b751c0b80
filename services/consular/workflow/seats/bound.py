"""A seat is bound to a person and a document: whoever changes either frees it, and nobody can hand it on."""

from collections.abc import Mapping

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments import slips
from services.consular.appointments.booking import release
from services.consular.appointments.booking.booked import load_booked
from services.consular.appointments.lottery.model import (
    ANNOUNCED,
    ENTERED,
    GRANTED,
    WITHDRAWN,
    Draw,
    Intention,
    IntentionMember,
)
from services.consular.appointments.waiting_list.join import end
from services.consular.appointments.waiting_list.model import OFFERED, WaitingEntry
from services.consular.people.model import Applicant
from services.consular.people.snapshot import printed_name
from services.consular.workflow.fulfilment import fulfilment_of
from services.consular.workflow.outcomes.own_appointment import PASSPORT_ANSWER, SERVICE_ANSWER
from services.consular.workflow.seats.draws import tell
from shared import forms
from shared.catalogue.model import APPOINTMENT
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.values.names import is_same_name

RENAMED = "turn_renamed"


def free_where_answers_changed(
    session: Session, actor: Actor, application: Application, before: Mapping[str, object]
) -> None:
    """Frees what an application for an appointment holds once it names another document or service than before: its
    hold, its place in open draws and on the list."""
    if forms.transaction(application.transaction).outcome != APPOINTMENT:
        return
    after = application.answers
    if any(before.get(name) and before[name] != after.get(name) for name in (PASSPORT_ANSWER, SERVICE_ANSWER)):
        release.release_live(session, actor, application.reference)
        _withdraw_from_draws(session, application.reference)
        end(session, application.reference)


def _withdraw_from_draws(session: Session, reference: str) -> None:
    """Withdraws the households of an application from draws that have not closed."""
    entered = (
        select(Intention.code)
        .join(IntentionMember, IntentionMember.intention == Intention.code)
        .join(Draw, Draw.code == Intention.draw)
        .where(IntentionMember.application == reference, Intention.state == ENTERED, Draw.state == ANNOUNCED)
    )
    codes = list(session.scalars(entered))
    session.execute(update(Intention).where(Intention.code.in_(codes)).values(state=WITHDRAWN))
    session.execute(update(IntentionMember).where(IntentionMember.intention.in_(codes)).values(live=False))


def check_document(session: Session, reference: str, document: str) -> None:
    """Raises Refusal (turn_document_changed) where a seat was given to this application for another document."""
    drawn = (
        select(IntentionMember.document)
        .join(Intention, Intention.code == IntentionMember.intention)
        .where(IntentionMember.application == reference, Intention.state == GRANTED)
    )
    listed = select(WaitingEntry.document).where(WaitingEntry.application == reference, WaitingEntry.state == OFFERED)
    if document not in set(session.scalars(drawn.union(listed))):
        raise Refusal("turn_document_changed")


def free_where_renamed(
    session: Session, actor: Actor, application: Application, before: Applicant | None, now: Applicant | None
) -> None:
    """Frees the booked seat of an application whose applicant has another name or number than when it was booked."""
    if before is None or now is None or _is_same_person(before, now):
        return
    appointment = load_booked(session, application.reference)
    if appointment is None:
        return
    release.release_live(session, actor, application.reference)
    slips.revoke(session, actor, appointment.slip, "turn_cancelled")
    fulfilment_of(application).attendance.apply_cancellation(session, actor, application, appointment)
    tell(session, application.reference, RENAMED, str(appointment.id))


def _is_same_person(before: Applicant, now: Applicant) -> bool:
    names = printed_name(before)["ar"], printed_name(now)["ar"]
    return before.national_number == now.national_number and is_same_name(*names)
