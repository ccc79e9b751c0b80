"""Grants or renews a deferral for one year: changes the record, issues the document, answers the mission."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.conscription import record
from services.conscription.assess import answer, issued, store_assessment
from services.conscription.describe import snapshot_of
from services.conscription.model import Deferral, ServiceRecord
from services.conscription.rules import deferral
from services.conscription.rules.allowances import Man, birth_steps
from services.conscription.rules.deferral import Decision
from services.conscription.rules.working import Finding
from shared import documents
from shared.database import audit
from shared.database.db import now
from shared.database.rows import change_row
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.values.dates import STATE_ZONE, local_date
from shared.values.stays import Stay

KIND = "residence-deferral"
RENEWAL = "residence-deferral-renewal"
DEFERRABLE = ("liable", "deferred", "evader")
MINIMUM_STAY = "deferral_minimum_stay_days"


def defer(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `application.forwarded`: granted with the document, or refused with a reason.

    After a refusal the mission owes the bond back.
    """
    person, today = UUID(envelope.body["person"]), local_date(now(session), STATE_ZONE)
    man = record.load_man(session, actor, person, envelope.about)
    last_period = latest(session, person)
    decision = _decide(session, envelope, man, last_period, today)
    if man:
        decision = replace(decision, steps=(*birth_steps(man), *decision.steps))
    conflict = _store_deferral(session, envelope, person, decision.period, last_period) if decision.period else None
    if conflict:
        decision = Decision(None, conflict, decision.steps)
    store_assessment(session, actor, envelope, Finding(None, decision.reason, decision.steps))
    if decision.period is None:
        answer(session, actor, envelope, outcome="refused", reason=decision.reason)
        return
    document = _issue(session, actor, envelope, decision, last_period, was_wanted=bool(man and man.status == "evader"))
    audit.record(session, actor, "deferral.grant", envelope.about, document=document.code)
    answer(session, actor, envelope, outcome="granted", **issued(document))


def latest(session: Session, person: UUID) -> Stay | None:
    """A man's last period of residence deferral, at any mission."""
    periods = select(Deferral).where(Deferral.person == person).order_by(Deferral.until_on.desc()).limit(1)
    deferral_row = session.scalar(periods)
    return Stay(deferral_row.from_on, deferral_row.until_on) if deferral_row else None


def _decide(session: Session, envelope: Envelope, man: Man | None, last_period: Stay | None, today: date) -> Decision:
    if man is None:
        return Decision(None, "no_service_record")
    if envelope.body["transaction"] != RENEWAL:
        return deferral.first_deferral(man, last_period, record.parameter(session, MINIMUM_STAY, today), today)
    filed_on = envelope.body.get("filed_on")
    earliest_days = record.load_terms(session, today).renewal_earliest_days
    return deferral.renewal(man, last_period, date.fromisoformat(filed_on) if filed_on else today, today, earliest_days)


def _store_deferral(
    session: Session, envelope: Envelope, person: UUID, period: Stay, last_period: Stay | None
) -> str | None:
    """Writes the status and the period, or returns the reason if a concurrent change made them impossible.

    The database's constraints decide between concurrent changes.
    """
    deferrable = ServiceRecord.person == person, ServiceRecord.status.in_(DEFERRABLE)
    if change_row(session, ServiceRecord, *deferrable, status="deferred") is None:
        return "service_already_settled"
    row = {
        "application": envelope.about,
        "person": person,
        "from_on": period.first,
        "until_on": period.last,
        "previous_until_on": last_period.last if last_period else None,
        "law": deferral.LAW,
    }
    stored = session.scalar(insert(Deferral).values(row).on_conflict_do_nothing().returning(Deferral.application))
    return None if stored else "deferral_overlaps"


def _issue(
    session: Session, actor: Actor, envelope: Envelope, decision: Decision, last_period: Stay | None, was_wanted: bool
) -> Document:
    assert decision.period is not None
    service_record = session.get_one(ServiceRecord, UUID(envelope.body["person"]))
    today = local_date(now(session), STATE_ZONE)
    data = {
        **snapshot_of(session, service_record),
        "decision": {"number": envelope.about, "on": today.isoformat(), "law": deferral.LAW},
        "deferral": {
            "from": decision.period.first.isoformat(),
            "until": decision.period.last.isoformat(),
            "previous_until": last_period.last.isoformat() if last_period else None,
            "search_lifted": was_wanted,
        },
        "working": [step.as_dict() for step in decision.steps],
        "zone": STATE_ZONE,
    }
    return documents.issue(
        session, actor, KIND, envelope.about, envelope.mission, service_record.person, data, decision.period.last
    )
