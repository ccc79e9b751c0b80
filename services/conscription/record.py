"""Loads a man's service record and the tariffs into the types of the rules."""

from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from services.conscription.model import AllowanceTariff, LawParameter, ResidenceAbroad, ServiceRecord, StayExtension
from services.conscription.rules.allowances import Man
from services.conscription.rules.working import Price, Prices, Terms
from shared.database import audit
from shared.identity.actor import Actor


def load_man(session: Session, actor: Actor, person: UUID, reason: str) -> Man | None:
    """One man, or None for somebody without a service record. The access is recorded."""
    record = session.get(ServiceRecord, person)
    audit.record(session, actor, "service_record.read", str(person), reason=reason)
    if record is None:
        return None
    extended_years = session.scalars(select(StayExtension.year).where(StayExtension.person == person))
    return Man(
        born=record.born,
        status=record.status,
        born_abroad=record.born_abroad,
        stays=load_stays(session, person),
        extended=frozenset(extended_years),
        reserve_months=record.reserve_months,
        disability=record.disability,
        born_precision=record.born_precision,
    )


def load_stays(session: Session, person: UUID) -> list[tuple[date, date | None]]:
    """A man's recorded stays abroad, oldest first."""
    rows = session.execute(
        select(ResidenceAbroad.from_on, ResidenceAbroad.until_on)
        .where(ResidenceAbroad.person == person)
        .order_by(ResidenceAbroad.from_on)
    )
    return [(row.from_on, row.until_on) for row in rows]


def load_prices(session: Session, on: date) -> Prices:
    """The prices in force on a day, by tier."""
    rows = session.scalars(
        select(AllowanceTariff)
        .where(
            AllowanceTariff.valid_from <= on,
            or_(AllowanceTariff.valid_until.is_(None), AllowanceTariff.valid_until >= on),
        )
        .order_by(AllowanceTariff.valid_from)
    )
    return {row.tier: Price(row.tier, row.amount, row.currency, row.law, row.from_age) for row in rows}


def load_terms(session: Session, on: date) -> Terms:
    """The numbers of the laws on a day; a number without a row or a value stays as it is without one."""
    months = parameter(session, "missed_service_months_to_pay", on)
    first_day = session.scalar(
        select(func.min(LawParameter.valid_from)).where(LawParameter.name == "missed_service_months_to_pay")
    )
    return Terms(
        months_to_pay=Terms.months_to_pay if months is None else months,
        late_from=first_day or date.min,
        reserve_upper_age=parameter(session, "reserve_upper_age", on),
        renewal_earliest_days=parameter(session, "deferral_renewal_earliest_days", on),
    )


def parameter(session: Session, name: str, on: date) -> int | None:
    """The value of a law's parameter on a day; None if no text with it was found."""
    query = select(LawParameter.value).where(
        LawParameter.name == name,
        LawParameter.valid_from <= on,
        or_(LawParameter.valid_until.is_(None), LawParameter.valid_until >= on),
    )
    return session.scalar(query.order_by(LawParameter.valid_from.desc()).limit(1))
