"""Assigns applications in review to the officer who works on them, so that two officers do not decide one case."""

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import UNASSIGNED, load_for_update
from services.consular.applications.update import update_columns
from services.consular.appointments.model import Attendance
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.database.db import now
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor

ACTION = "desk.assign"
LONGEST_LIST = 50
# Of these an officer can decide nothing until the applicant has come.
_IN_PERSON = sorted(slug for slug, entry in CATALOGUE.items() if entry.appointment is not None)


def take(session: Session, actor: Actor, reference: str) -> Application:
    """Assigns an application in review to the actor.

    Raises Conflict (not_possible_now; case_assigned, with the officer's name).
    """
    application = load_for_update(session, actor, ACTION, reference)
    check_in_review(application)
    if application.assigned_to == actor.id:
        return application
    check_assignment(actor, application)
    _assign(session, actor, application)
    return application


def hand_over(
    session: Session, actor: Actor, reference: str, source: str, officer: str, name: Mapping[str, str]
) -> Application:
    """Assigns an application of one officer to another one, by a second signature.

    Raises Conflict (not_possible_now), also where it is not the first officer's any more.
    """
    application = load_for_update(session, actor, ACTION, reference)
    check_in_review(application)
    if application.assigned_to != source:
        raise Conflict("not_possible_now", status=application.status)
    update_columns(session, application, assigned_to=officer, assigned_name=dict(name), assigned_at=now(session))
    audit.record(session, actor, "case.taken_over", reference, earlier=source, officer=officer)
    return application


def check_in_review(application: Application) -> None:
    """Raises Conflict (not_possible_now) outside of review."""
    if application.status != Status.IN_REVIEW:
        raise Conflict("not_possible_now", status=application.status)


def release(session: Session, actor: Actor, reference: str) -> Application:
    """Ends the actor's assignment. Raises Conflict (case_assigned) for another officer's."""
    application = load_for_update(session, actor, ACTION, reference)
    check_assignment(actor, application)
    if application.assigned_to is not None:
        update_columns(session, application, **UNASSIGNED)
        audit.record(session, actor, "case.released", reference)
    return application


def take_many(session: Session, actor: Actor, references: Sequence[str]) -> dict[str, list[str]]:
    """Takes each application that is free; which ones were taken, and which were not."""
    taken: list[str] = []
    left: list[str] = []
    for reference in sorted(set(references)):
        try:
            take(session, actor, reference)
        except Refusal:
            left.append(reference)
        else:
            taken.append(reference)
    return {"taken": taken, "left": left}


def take_next(session: Session, actor: Actor, transaction: str = "", after: str = "") -> str | None:
    """Assigns the next application that the actor can decide, in the order of the queue; None where there is none.

    Those that another officer's transaction has locked are passed over. `after` is the one just left.
    """
    application = session.scalar(
        select(Application)
        .where(
            Application.mission == session.info["mission"],
            Application.status == Status.IN_REVIEW.value,
            Application.submitted_at.is_not(None),
            Application.reference != after,
            or_(Application.assigned_to.is_(None), Application.assigned_to == actor.id),
            _can_be_decided(),
            *([Application.transaction == transaction] if transaction else []),
        )
        .order_by(
            (Application.exception.is_not(None) | Application.awaits.is_not(None)).desc(),
            Application.due_on,
            Application.submitted_at,
            Application.reference,
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if application is None:
        return None
    if application.assigned_to is None:
        _assign(session, actor, application)
    return application.reference


def _can_be_decided() -> ColumnElement[bool]:
    has_come = exists().where(and_(Attendance.application == Application.reference))
    return or_(Application.transaction.not_in(_IN_PERSON), Application.office.is_not(None), has_come)


def check_assignment(actor: Actor, application: Application) -> None:
    """Raises Conflict (case_assigned) where another officer works on the application."""
    if application.assigned_to not in (None, actor.id):
        name = application.assigned_name or {}
        raise Conflict("case_assigned", name_ar=name.get("ar", ""), name_en=name.get("en", ""))


def _assign(session: Session, actor: Actor, application: Application) -> None:
    update_columns(session, application, assigned_to=actor.id, assigned_name=name_of(actor), assigned_at=now(session))
    audit.record(session, actor, "case.assigned", application.reference)


def name_of(actor: Actor) -> dict[str, str]:
    """An officer's name in both languages, as a case bears it."""
    return {"ar": actor.name_ar or actor.name_latin or "", "en": actor.name_latin or actor.name_ar or ""}
