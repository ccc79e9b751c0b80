"""Silence escalates itself: after the promised day an inquiry is the head of mission's, and its person is told."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.inquiries import rules
from services.consular.inquiries.model import Inquiry
from services.consular.notices.create import create_notice
from services.consular.notices.rules import INQUIRY_ESCALATED
from shared.database import audit, db
from shared.identity.actor import Actor


def escalate_mission(session: Session, actor: Actor, today: date) -> int:
    """Escalates what is overdue at the session's mission, each round once, even in simultaneous runs."""
    overdue = (
        select(Inquiry)
        .where(
            Inquiry.state.in_((rules.WAITING, rules.APPEALED)),
            Inquiry.due_on < today,
            Inquiry.escalated_at.is_(None),
        )
        .with_for_update(skip_locked=True)
    )
    rows = session.scalars(overdue).all()
    for inquiry in rows:
        inquiry.held_by, inquiry.owner, inquiry.escalated_at = rules.HEAD, None, db.now(session)
        audit.record(session, actor, "inquiry.escalated", inquiry.reference)
        if inquiry.person:
            once = f"{inquiry.reference} {inquiry.round} {inquiry.state}"
            create_notice(session, inquiry.person, INQUIRY_ESCALATED, inquiry.reference, once)
    session.flush()
    return len(rows)
