"""The common parts of all slips that the mission issues for an application."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.people import snapshot
from shared.documents.model import Document
from shared.i18n import language

# The ordinal of a Monday; weekdays are named from it.
MONDAY_ORDINAL = 1


def common_fields(session: Session, application: Application, zone: str) -> dict[str, object]:
    holder = snapshot.applicant_of(session, application.reference)
    return {
        "holder": snapshot.printed_name(holder) if holder else {"ar": "", "en": ""},
        "application": application.reference,
        "transaction": application.transaction,
        "address": missions.address(session, application.mission),
        "zone": zone,
    }


def valid_slips(session: Session, reference: str, kind: str) -> list[Document]:
    query = select(Document).where(Document.about == reference, Document.kind == kind, Document.status == "valid")
    return list(session.scalars(query.order_by(Document.issued_at.desc())))


def weekday_name(number: int) -> dict[str, str]:
    day = date.fromordinal(MONDAY_ORDINAL + number)
    return {code: language(code).weekday(day) for code in ("ar", "en")}
