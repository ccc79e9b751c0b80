"""Turns a settled allowance into a discharge: the record is changed, the paper issued, the mission told."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.conscription.assess import DAMASCUS, answer
from services.conscription.model import Assessment, Discharge, RecruitmentBranch, ServiceRecord
from shared import audit, documents
from shared.clock import local_date
from shared.db import now
from shared.documents import Document
from shared.identity import Actor
from shared.messages import Envelope

KIND = "cash-allowance-discharge"
OWING = ("liable", "deferred", "evader")


def discharge(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Answers `fee.settled`: granted with the document, or refused when the man was discharged meanwhile.

    A refusal after payment makes the mission mark the money as due back; it is never kept silently.
    """
    assessment = session.get(Assessment, envelope.about)
    if assessment is None:
        answer(session, actor, envelope, outcome="refused", reason="not_assessed")
        return
    owing = (ServiceRecord.person == assessment.person) & ServiceRecord.status.in_(OWING)
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
    branch = session.get_one(RecruitmentBranch, record.branch)
    on = local_date(now(session), DAMASCUS)
    data = {
        **_who(record),
        "service": {
            "class_year": record.class_year,
            "branch": {"ar": branch.name_ar, "en": branch.name_en},
            "recruitment_number": record.record_number,
        },
        "decision": {"number": envelope.about, "on": on.isoformat(), "law": assessment.law},
        "tier": assessment.tier,
        "working": assessment.working,
        "amount": {"amount": assessment.amount, "currency": assessment.currency},
        "receipt": {"number": envelope.body["payment"], "on": on.isoformat()},
        "zone": DAMASCUS,
    }
    return documents.issue(session, actor, KIND, envelope.about, envelope.mission, assessment.person, data, None)


def _who(record: ServiceRecord) -> dict[str, Any]:
    ar = (record.given_name, record.father_name, record.family_name)
    en = (record.latin_given, record.latin_father, record.latin_family)
    unknown = {"ar": "", "en": ""}
    return {
        "holder": {"ar": " ".join(ar), "en": " ".join(en)},
        "person": {
            "given": {"ar": ar[0], "en": en[0]},
            "father": {"ar": ar[1], "en": en[1]},
            "family": {"ar": ar[2], "en": en[2]},
            "mother": {"ar": record.mother_name, "en": ""},
            "mother_family": unknown,
            "birth_place": unknown,
            "national_number": record.national_number,
            "born": record.born.isoformat(),
        },
    }
