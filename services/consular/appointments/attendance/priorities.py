"""Priority of a person at the mission, for disability, emergency or age: granted by an officer with a reason."""

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments.model import Priority
from shared.database import audit
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.reasons import check_choice, required_text

KINDS = ("disability", "emergency", "age")
REASON_LENGTH = 300


def find(session: Session, application: str) -> Priority | None:
    """The priority of an application; None without one."""
    return session.get(Priority, application)


def check(session: Session, application: str, kind: str, reason: str) -> str:
    """The clean reason. Raises Invalid with a code per field, Conflict (priority_granted)."""
    check_choice(kind, KINDS, "kind")
    text = required_text(reason, REASON_LENGTH, "reason")
    if find(session, application) is not None:
        raise Conflict("priority_granted")
    return text


def grant(session: Session, actor: Actor, application: str, mission: str, kind: str, reason: str) -> Priority:
    """Gives an application priority: it is called first at its time, and the quotas of the day do not bind it.

    The reason is for those who look at the case; it is not in the audit log. Raises Invalid with a code per field,
    Conflict (priority_granted).
    """
    check_choice(kind, KINDS, "kind")
    row = {
        "application": application,
        "mission": mission,
        "kind": kind,
        "reason": required_text(reason, REASON_LENGTH, "reason"),
        "granted_at": func.now(),
        "granted_by": actor.id,
    }
    priority: Priority | None = session.scalar(
        insert(Priority).values(row).on_conflict_do_nothing().returning(Priority)
    )
    if priority is None:
        raise Conflict("priority_granted")
    audit.record(session, actor, "turn.priority_granted", application, reason=kind)
    return priority
