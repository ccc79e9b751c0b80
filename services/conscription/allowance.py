"""Turns a settled allowance into a discharge: the record is changed, the paper issued, the mission told."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.conscription.assess import DAMASCUS, answer
from services.conscription.describe import described
from services.conscription.model import Assessment, Discharge, ServiceRecord
from shared import documents
from shared.database import audit
from shared.database.db import now
from shared.documents.model import Document
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope
from shared.values.dates import local_date

# By transaction: whose service an allowance settles, and the paper that says so.
OWING = ("liable", "deferred", "evader")
SETTLES = {
    "cash-allowance": OWING,
    "missed-service-allowance": OWING,
    "reserve-cash-allowance": ("reserve",),
}
PAPERS = {
    "cash-allowance": "cash-allowance-discharge",
    "missed-service-allowance": "missed-service-clearance",
    "reserve-cash-allowance": "reserve-allowance-exemption",
}


def discharge(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `fee.settled`: granted with the document, or refused when the man was discharged meanwhile.

    A refusal after payment makes the mission mark the money as due back; it is never kept silently.
    """
    assessment = session.get(Assessment, envelope.about)
    if assessment is None or assessment.amount is None:
        answer(session, actor, envelope, outcome="refused", reason="not_assessed")
        return
    owing = (ServiceRecord.person == assessment.person) & ServiceRecord.status.in_(SETTLES[assessment.transaction])
    settled = session.execute(
        update(ServiceRecord).where(owing).values(status="exempt").returning(ServiceRecord.person)
    )
    if settled.first() is None:
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
    answer(session, actor, envelope, outcome="granted", document=document.code)


def _issue(session: Session, actor: Actor, envelope: Envelope, assessment: Assessment) -> Document:
    record = session.scalars(select(ServiceRecord).where(ServiceRecord.person == assessment.person)).one()
    on = local_date(now(session), DAMASCUS)
    data = {
        **described(session, record),
        "decision": {"number": envelope.about, "on": on.isoformat(), "law": assessment.law},
        "tier": assessment.tier,
        "working": assessment.working,
        "amount": {"amount": assessment.amount, "currency": assessment.currency},
        "receipt": {"number": envelope.body["payment"], "on": on.isoformat()},
        "zone": DAMASCUS,
    }
    kind = PAPERS[assessment.transaction]
    return documents.issue(session, actor, kind, envelope.about, envelope.mission, assessment.person, data, None)
