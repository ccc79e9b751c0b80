"""Silence escalates itself: an application past its promised day is the head of mission's, and its people are told."""

from datetime import date

from sqlalchemy import Text, cast, exists, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Step
from services.consular.applications.notify import notify_recipients
from services.consular.applications.rules import Status
from services.consular.applications.transitions import note_step
from services.consular.applications.update import update_columns
from services.consular.notices.rules import PROMISE_MISSED
from shared.identity.actor import Actor

PROMISING = (Status.IN_REVIEW.value, Status.WITH_AUTHORITY.value)
BATCH = 200


def escalate_mission(session: Session, actor: Actor, today: date) -> int:
    """Escalates what is overdue at the session's mission, once for each promised day, even in simultaneous runs.

    A flag that is there already stays: it says more exactly what is wrong.
    """
    escalated = exists().where(
        Step.application == Application.reference,
        Step.code == PROMISE_MISSED,
        Step.detail["due"].astext == cast(Application.due_on, Text),
    )
    overdue = (
        select(Application)
        .where(
            Application.mission == session.info["mission"],
            Application.status.in_(PROMISING),
            Application.due_on < today,
            ~escalated,
        )
        .order_by(Application.due_on)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    applications = session.scalars(overdue).all()
    for application in applications:
        due = str(application.due_on)
        if application.exception is None:
            update_columns(session, application, exception=PROMISE_MISSED)
        note_step(session, actor, application, PROMISE_MISSED, Status(application.status), detail={"due": due})
        notify_recipients(session, application, PROMISE_MISSED, f"{application.reference} {due}")
    return len(applications)
