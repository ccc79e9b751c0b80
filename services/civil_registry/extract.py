"""Issues an individual extract: the entry as it stands today, on paper for three months."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.answer import answer
from services.civil_registry.confirm import look_up
from services.civil_registry.model import Annotation, FamilyEntry, Person, RegistryOffice
from services.civil_registry.rules import ZONE
from shared import documents
from shared.clock import local_date
from shared.db import now
from shared.documents import Document
from shared.identity import Actor
from shared.messages import Envelope

INDIVIDUAL = "individual-extract"


def extract(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Granted with the document's code; refused for somebody dead or unknown, returned for a wrong answer.

    An application that comes again is answered with the document it already has, unless that was revoked.
    """
    person = look_up(session, actor, envelope)
    reason = rules.refusal_reason(person is not None, person.died_on if person else None)
    if person is None or reason:
        answer(session, actor, envelope, "refused", reason)
        return
    options = envelope.body["options"]
    purpose = rules.purpose_of(options)
    if envelope.body["transaction"] != INDIVIDUAL or purpose is None:
        answer(session, actor, envelope, "returned", "answer_wrong")
        return
    code = _issued_before(session, envelope.about) or _issue(session, actor, envelope, person, purpose)
    answer(session, actor, envelope, "granted", document=code)


def _issued_before(session: Session, application: str) -> str | None:
    valid = select(Document.code).where(
        Document.about == application, Document.kind == INDIVIDUAL, Document.status == "valid"
    )
    return session.scalar(valid.limit(1))


def _issue(session: Session, actor: Actor, envelope: Envelope, person: Person, purpose: str) -> str:
    data = snapshot(session, person, purpose, envelope.body["options"].get("marital_status_shown") != "no")
    until = rules.expires_on(INDIVIDUAL, local_date(now(session), ZONE))
    issued = documents.issue(session, actor, INDIVIDUAL, envelope.about, envelope.mission, person.id, data, until)
    return issued.code


def snapshot(session: Session, person: Person, purpose: str, marital_status_shown: bool) -> dict[str, Any]:
    """What the paper is drawn from, now and at every reprint."""
    office = session.get_one(RegistryOffice, person.office)
    entry = session.get_one(FamilyEntry, (person.office, person.entry))
    return {
        "holder": _pair(
            f"{person.given_name} {person.father_name} {person.family_name}",
            f"{person.latin_given} {person.latin_father} {person.latin_family}",
        ),
        "person": _person(person, marital_status_shown),
        "entry": {
            "governorate": _pair(office.governorate_ar, office.governorate_en),
            "office": _pair(office.name_ar, office.name_en),
            "place": _pair(entry.place_ar, entry.place_en),
            "number": str(entry.number),
        },
        "annotations": _annotations(session, person),
        "remarks": None,
        "purpose": purpose,
        "registrar": {
            "name": _pair(office.registrar_ar, office.registrar_en),
            "office": _pair(office.name_ar, office.name_en),
        },
        "zone": ZONE,
    }


def _person(person: Person, marital_status_shown: bool) -> dict[str, Any]:
    return {
        "given": _pair(person.given_name, person.latin_given),
        "family": _pair(person.family_name, person.latin_family),
        "father": _pair(person.father_name, person.latin_father),
        "mother": _pair(person.mother_name, person.latin_mother),
        "mother_family": _pair(person.mother_family, person.latin_mother_family),
        "birth_place": _pair(person.birthplace, person.latin_birthplace),
        "national_number": person.national_number,
        "sex": person.sex,
        "born": person.born.isoformat(),
        "marital_status": person.marital if marital_status_shown else None,
        "alive": person.died_on is None,
    }


def _annotations(session: Session, person: Person) -> list[dict[str, Any]]:
    noted = select(Annotation).where(Annotation.person == person.id).order_by(Annotation.happened_on, Annotation.id)
    return [
        {
            "kind": row.kind,
            "on": row.happened_on.isoformat(),
            "number": row.number,
            "text": _pair(row.text_ar, row.text_en),
        }
        for row in session.scalars(noted)
    ]


def _pair(arabic: str, latin: str) -> dict[str, str]:
    return {"ar": arabic, "en": latin}
