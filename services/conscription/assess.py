"""Finds what a man would owe, shows the working, and says so to the mission; takes nothing."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.conscription import rules
from services.conscription.model import AllowanceTariff, Assessment, ResidenceAbroad, ServiceRecord
from shared import audit
from shared.clock import local_date
from shared.db import now
from shared.identity import Actor
from shared.messages import Envelope
from shared.money import Money
from shared.outbox import emit

DAMASCUS = "Asia/Damascus"


def assess(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `application.forwarded` with an amount in the law's currency, or with a refusal and its reason."""
    ask = envelope.body
    person, on = UUID(ask["person"]), local_date(now(session), DAMASCUS)
    record = session.get(ServiceRecord, person)
    audit.record(session, actor, "service_record.read", str(person), reason=envelope.about)
    reason = "no_service_record" if record is None else rules.refusal_reason(record.status, record.born, on)
    if record is None or reason:
        answer(session, actor, envelope, outcome="refused", reason=reason)
        return
    reached, residence = rules.tier(record.born, record.born_abroad, stays(session, person), on)
    if reached is None:
        answer(session, actor, envelope, outcome="refused", reason="residence_too_short")
        return
    owed = tariff(session, reached, on)
    working = [step.as_dict() for step in residence.steps]
    session.add(
        Assessment(
            application=envelope.about,
            mission=envelope.mission,
            person=person,
            transaction=ask["transaction"],
            tier=reached,
            amount=owed.amount,
            currency=owed.currency,
            law=owed.law,
            working=working,
        )
    )
    audit.record(session, actor, "allowance.assess", envelope.about, tier=reached, amount=owed.amount)
    answer(session, actor, envelope, outcome="assessed", amount=owed.amount, currency=owed.currency)


def stays(session: Session, person: UUID) -> list[tuple[date, date | None]]:
    """A man's recorded stays abroad, oldest first."""
    rows = session.execute(
        select(ResidenceAbroad.from_on, ResidenceAbroad.until_on)
        .where(ResidenceAbroad.person == person)
        .order_by(ResidenceAbroad.from_on)
    )
    return [(row.from_on, row.until_on) for row in rows]


def tariff(session: Session, reached: str, on: date) -> AllowanceTariff:
    """The amount in force for a tier on a day."""
    in_force = select(AllowanceTariff).where(
        AllowanceTariff.tier == reached,
        AllowanceTariff.valid_from <= on,
        or_(AllowanceTariff.valid_until.is_(None), AllowanceTariff.valid_until >= on),
    )
    return session.scalars(in_force.order_by(AllowanceTariff.valid_from.desc())).one()


def owed_by(assessment: Assessment) -> Money:
    """The assessed amount."""
    return Money(assessment.amount, assessment.currency)


def answer(session: Session, actor: Actor, cause: Envelope, **said: object) -> None:
    """Sends `decision.made` about the application a message spoke of."""
    ask = "discharge" if cause.type == "fee.settled" else cause.body["ask"]
    head = {"application": cause.about, "transaction": cause.body["transaction"], "ask": ask}
    emit(session, actor, "decision.made", cause.about, {**head, **said}, cause=cause)


def facts(session: Session, person: UUID) -> dict[str, str | bool | None]:
    """What conscription attests about a person; to have no record is a fact as well."""
    record = session.get(ServiceRecord, person)
    if record is None:
        return {"person": str(person), "service_status": None, "born_abroad": None}
    return {"person": str(person), "service_status": record.status, "born_abroad": record.born_abroad}
