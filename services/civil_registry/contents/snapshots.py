"""The parts of a snapshot that the register's documents share: a person, an entry, annotations, an event."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.model import Annotation, FamilyEntry, Person, RegisterEvent, RegistryOffice
from services.civil_registry.rules import ZONE
from shared.values.dates import DAY, partial_iso

Data = dict[str, Any]


def head_data(session: Session, holder: Person, purpose: str) -> Data:
    """The part of every document about the holder, the entry and its office."""
    office = session.get_one(RegistryOffice, holder.office)
    return {
        "holder": full_name(holder),
        "entry": entry_data(session, holder, office),
        "annotations": annotations(session, holder),
        "remarks": None,
        "purpose": purpose,
        "registrar": {"name": pair(office.registrar_ar, office.registrar_en), "office": office_name(office)},
        "zone": ZONE,
    }


def applicant_data(applicant: Person, kinship: str) -> Data:
    """The applicant, and their kinship to the holder."""
    return {"name": full_name(applicant), "sex": applicant.sex, "kinship": kinship}


def person_data(person: Person) -> Data:
    """A person with parentage and birth."""
    return {
        "given": pair(person.given_name, person.latin_given),
        "family": pair(person.family_name, person.latin_family),
        "father": pair(person.father_name, person.latin_father),
        "mother": pair(person.mother_name, person.latin_mother),
        "mother_family": pair(person.mother_family, person.latin_mother_family),
        "birth_place": pair(person.birthplace, person.latin_birthplace),
        "national_number": person.national_number,
        "sex": person.sex,
        "born": partial_iso(person.born, person.born_precision),
        "marital_status": person.marital,
        "alive": person.died_on is None,
        "died_on": person.died_on.isoformat() if person.died_on else None,
    }


def party_data(session: Session, person: Person) -> Data:
    """A person beside the holder, or a spouse, with their present entry."""
    office = session.get_one(RegistryOffice, person.office)
    return person_data(person) | {"name": full_name(person), "entry": entry_data(session, person, office)}


def entry_data(session: Session, person: Person, office: RegistryOffice) -> Data:
    """Office, place and number of a person's entry."""
    family_entry = session.get_one(FamilyEntry, (person.office, person.entry))
    return {
        "governorate": pair(office.governorate_ar, office.governorate_en),
        "office": office_name(office),
        "place": pair(family_entry.place_ar, family_entry.place_en),
        "number": str(family_entry.number),
    }


def annotations(session: Session, person: Person) -> list[Data]:
    """The annotations of a person, oldest first."""
    query = select(Annotation).where(Annotation.person == person.id).order_by(Annotation.happened_on, Annotation.id)
    return [
        {
            "kind": row.kind,
            "on": row.happened_on.isoformat(),
            "number": row.number,
            "text": pair(row.text_ar, row.text_en),
        }
        for row in session.scalars(query)
    ]


def event_data(session: Session, event: RegisterEvent, precision: str = DAY) -> Data:
    """Day, place and registration number of an event; of a birth as much of the day as the entry has."""
    return {
        "on": partial_iso(event.happened_on, precision),
        "place": pair(event.place_ar, event.place_en),
        "number": event.number,
        "registered_on": event.registered_on.isoformat(),
        "office": office_name(session.get_one(RegistryOffice, event.office)),
    }


def full_name(person: Person) -> dict[str, str]:
    """Given name, father's name and family name, as far as the register has them."""
    return pair(
        " ".join(filter(None, (person.given_name, person.father_name, person.family_name))),
        " ".join(filter(None, (person.latin_given, person.latin_father, person.latin_family))),
    )


def office_name(office: RegistryOffice) -> dict[str, str]:
    """An office's name."""
    return pair(office.name_ar, office.name_en)


def pair(arabic: str, latin: str) -> dict[str, str]:
    """A text in both scripts, in the shape of a snapshot."""
    return {"ar": arabic, "en": latin.strip()}
