"""Tells the two of a mandate what the other one, or an officer, has done with it."""

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


def tell_offered(session: Session, mandate: Mandate, number: str) -> bool:
    """Tells whom it is offered to, where this number and name have applied at the mission before; never who gave it."""
    known = select(Applicant).where(Applicant.national_number == number).order_by(Applicant.taken_at.desc())
    agent = session.scalars(known.limit(1)).first()
    if agent is None or not is_called(str(agent.name.get("given") or ""), mandate.agent_given or ""):
        return False
    return create_notice(session, agent.person, MANDATE_OFFERED, mandate.reference)


def tell_answered(session: Session, mandate: Mandate) -> bool:
    """Tells who gave it that it was taken up, or was not wanted."""
    kind = MANDATE_DECLINED if mandate.state == DECLINED else MANDATE_ACCEPTED
    return mandate.principal is not None and create_notice(session, mandate.principal, kind, mandate.reference)


def tell_ended(session: Session, actor: Actor, mandate: Mandate) -> bool:
    """Tells the other one of the two, where that one is known."""
    other = mandate.agent if actor.person == mandate.principal else mandate.principal
    return other is not None and create_notice(session, other, MANDATE_ENDED, mandate.reference)


def tell_decided(session: Session, mandate: Mandate) -> None:
    """Tells who handed a paper in what became of it, and who it is for that somebody may now act for them."""
    good = mandate.state == ACCEPTED
    if mandate.agent is not None:
        create_notice(session, mandate.agent, MANDATE_GOOD if good else MANDATE_REFUSED, mandate.reference)
    if good and mandate.principal is not None:
        create_notice(session, mandate.principal, MANDATE_FOR_YOU, mandate.reference)
