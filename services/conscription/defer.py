"""Defers a man's service for a year, first or again: the record is changed, the paper issued, the mission told."""

from datetime import date
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.conscription import record
from services.conscription.assess import DAMASCUS, answer, store_assessment
from services.conscription.describe import described
from services.conscription.model import Deferral, LawParameter, ServiceRecord
from services.conscription.rules import deferral
from services.conscription.rules.allowances import Man
from services.conscription.rules.deferral import Decision
from services.conscription.rules.stays import Stay
from services.conscription.rules.working import Finding
from shared import documents
from shared.database import audit
from shared.database.db import now
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.values.dates import local_date

KIND = "residence-deferral"
RENEWAL = "residence-deferral-renewal"
DEFERRABLE = ("liable", "deferred", "evader")
MINIMUM_STAY = "deferral_minimum_stay_days"


def defer(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `application.forwarded`: granted with the paper, or refused with a reason; then the bond is due back."""
    person, on = UUID(envelope.body["person"]), local_date(now(session), DAMASCUS)
    man = record.man(session, actor, person, envelope.about)
    last = latest(session, person)
    decided = _decide(session, envelope, man, last, on)
    beaten = _enter(session, envelope, person, decided.period, last) if decided.period else None
    if beaten:
        decided = Decision(None, beaten, decided.steps)
    store_assessment(session, actor, envelope, Finding(None, decided.reason, decided.steps))
    if decided.period is None:
        answer(session, actor, envelope, outcome="refused", reason=decided.reason)
        return
    document = _issue(session, actor, envelope, decided, last, wanted=bool(man and man.status == "evader"))
    audit.record(session, actor, "deferral.grant", envelope.about, document=document.code)
    answer(session, actor, envelope, outcome="granted", document=document.code)


def latest(session: Session, person: UUID) -> Stay | None:
    """A man's last period of deferral by residence, whichever mission it was asked at."""
    periods = select(Deferral).where(Deferral.person == person).order_by(Deferral.until_on.desc()).limit(1)
    found = session.scalar(periods)
    return Stay(found.from_on, found.until_on) if found else None


def _decide(session: Session, envelope: Envelope, man: Man | None, last: Stay | None, on: date) -> Decision:
    if man is None:
        return Decision(None, "no_service_record")
    if envelope.body["transaction"] != RENEWAL:
        return deferral.first(man, last, _parameter(session, MINIMUM_STAY, on), on)
    told = envelope.body.get("filed_on")
    return deferral.renewal(man, last, date.fromisoformat(told) if told else on, on)


def _parameter(session: Session, name: str, on: date) -> int | None:
    """What a law sets on a day; None where the number was never found."""
    in_force = select(LawParameter.value).where(
        LawParameter.name == name,
        LawParameter.valid_from <= on,
        or_(LawParameter.valid_until.is_(None), LawParameter.valid_until >= on),
    )
    return session.scalar(in_force.order_by(LawParameter.valid_from.desc()).limit(1))


def _enter(session: Session, envelope: Envelope, person: UUID, period: Stay, last: Stay | None) -> str | None:
    """Writes the status and the period; the reason when somebody else was faster, which the constraints decide."""
    owing = (ServiceRecord.person == person) & ServiceRecord.status.in_(DEFERRABLE)
    if not session.execute(update(ServiceRecord).where(owing).values(status="deferred").returning(owing)).first():
        return "service_already_settled"
    row = {
        "application": envelope.about,
        "person": person,
        "from_on": period.first,
        "until_on": period.last,
        "previous_until_on": last.last if last else None,
        "law": deferral.LAW,
    }
    entered = session.scalar(insert(Deferral).values(row).on_conflict_do_nothing().returning(Deferral.application))
    return None if entered else "deferral_overlaps"


def _issue(
    session: Session, actor: Actor, envelope: Envelope, decided: Decision, last: Stay | None, wanted: bool
) -> Document:
    assert decided.period is not None
    man = session.get_one(ServiceRecord, UUID(envelope.body["person"]))
    on = local_date(now(session), DAMASCUS)
    data = {
        **described(session, man),
        "decision": {"number": envelope.about, "on": on.isoformat(), "law": deferral.LAW},
        "deferral": {
            "from": decided.period.first.isoformat(),
            "until": decided.period.last.isoformat(),
            "previous_until": last.last.isoformat() if last else None,
            "search_lifted": wanted,
        },
        "working": [step.as_dict() for step in decided.steps],
        "zone": DAMASCUS,
    }
    return documents.issue(
        session, actor, KIND, envelope.about, envelope.mission, man.person, data, decided.period.last
    )
