"""Discharges a man whose allowance is paid: changes the record, issues the document, answers the mission."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.conscription.assess import answer, issued
from services.conscription.describe import snapshot_of
from services.conscription.model import Assessment, Discharge, ServiceRecord
from shared import documents
from shared.database import audit
from shared.database.db import now
from shared.database.rows import change_row
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.values.dates import STATE_ZONE, local_date

# By transaction: the service statuses that the allowance settles, and the document that certifies it.
OWING = ("liable", "deferred", "evader")
STATUSES_SETTLED = {
    "cash-allowance": OWING,
    "missed-service-allowance": OWING,
    "reserve-cash-allowance": ("reserve",),
}
DOCUMENT_KINDS = {
    "cash-allowance": "cash-allowance-discharge",
    "missed-service-allowance": "missed-service-clearance",
    "reserve-cash-allowance": "reserve-allowance-exemption",
}


def discharge(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `fee.settled`: granted with the document, or refused if the man was discharged meanwhile.

    After a refusal the mission marks the payment for a refund.
    """
    assessment = session.get(Assessment, envelope.about)
    if assessment is None or assessment.amount is None:
        answer(session, actor, envelope, outcome="refused", reason="not_assessed")
        return
    settled_statuses = STATUSES_SETTLED[assessment.transaction]
    liable = ServiceRecord.person == assessment.person, ServiceRecord.status.in_(settled_statuses)
    if change_row(session, ServiceRecord, *liable, status="exempt") is None:
        answer(session, actor, envelope, outcome="refused", reason="service_already_settled")
        return
    document = _issue(session, actor, envelope, assessment)
    session.add(
        Discharge(
            application=envelope.about,
            mission=envelope.mission,
            person=assessment.person,
            payment=envelope.body["payment"],
            document=document.code,
        )
    )
    audit.record(session, actor, "allowance.discharge", envelope.about, document=document.code)
    answer(session, actor, envelope, outcome="granted", **issued(document))


def _issue(session: Session, actor: Actor, envelope: Envelope, assessment: Assessment) -> Document:
    record = session.scalars(select(ServiceRecord).where(ServiceRecord.person == assessment.person)).one()
    today = local_date(now(session), STATE_ZONE)
    data = {
        **snapshot_of(session, record),
        "decision": {"number": envelope.about, "on": today.isoformat(), "law": assessment.law},
        "tier": assessment.tier,
        "working": assessment.working,
        "amount": {"amount": assessment.amount, "currency": assessment.currency},
        "receipt": {"number": envelope.body["payment"], "on": today.isoformat()},
        "zone": STATE_ZONE,
    }
    kind = DOCUMENT_KINDS[assessment.transaction]
    return documents.issue(session, actor, kind, envelope.about, envelope.mission, assessment.person, data, None)
