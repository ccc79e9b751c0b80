"""Notifies the two parties of a mandate of what the other party, or an officer, has done with it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.notices.create import create_notice
from services.consular.notices.rules import (
    MANDATE_ACCEPTED,
    MANDATE_DECLINED,
    MANDATE_ENDED,
    MANDATE_FOR_YOU,
    MANDATE_GOOD,
    MANDATE_OFFERED,
    MANDATE_REFUSED,
)
from services.consular.people.model import Applicant, Mandate
from services.consular.people.rules import ACCEPTED, DECLINED, is_called
from shared.identity.actor import Actor


def notify_offered(session: Session, mandate: Mandate, number: str) -> bool:
    """Notifies the agent, where this number and name have applied at the mission before. The notice neither
    goes to the principal nor names them."""
    applicants = select(Applicant).where(Applicant.national_number == number).order_by(Applicant.taken_at.desc())
    agent = session.scalars(applicants.limit(1)).first()
    if agent is None or not is_called(str(agent.name.get("given") or ""), mandate.agent_given or ""):
        return False
    return create_notice(session, agent.person, MANDATE_OFFERED, mandate.reference)


def notify_answered(session: Session, mandate: Mandate) -> bool:
    """Notifies the principal that the agent accepted or declined."""
    kind = MANDATE_DECLINED if mandate.state == DECLINED else MANDATE_ACCEPTED
    return mandate.principal is not None and create_notice(session, mandate.principal, kind, mandate.reference)


def notify_ended(session: Session, actor: Actor, mandate: Mandate) -> bool:
    """Notifies the other party, where it is known."""
    other = mandate.agent if actor.person == mandate.principal else mandate.principal
    return other is not None and create_notice(session, other, MANDATE_ENDED, mandate.reference)


def notify_decided(session: Session, mandate: Mandate) -> None:
    """Notifies the agent of the decision on a deed, and the principal that somebody may now act for them."""
    is_accepted = mandate.state == ACCEPTED
    if mandate.agent is not None:
        create_notice(session, mandate.agent, MANDATE_GOOD if is_accepted else MANDATE_REFUSED, mandate.reference)
    if is_accepted and mandate.principal is not None:
        create_notice(session, mandate.principal, MANDATE_FOR_YOU, mandate.reference)
