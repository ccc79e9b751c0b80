"""The pieces that papers drawn from the register share: a person, an entry, its remarks, an event."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.model import Annotation, FamilyEntry, Person, RegisterEvent, RegistryOffice
from services.civil_registry.rules import ZONE

Data = dict[str, Any]


def head(session: Session, holder: Person, purpose: str) -> Data:
    """What every paper says of its holder and of the office that keeps the entry."""
    office = session.get_one(RegistryOffice, holder.office)
    return {
        "holder": full_name(holder),
        "entry": entry(session, holder, office),
        "annotations": annotations(session, holder),
        "remarks": None,
        "purpose": purpose,
        "registrar": {"name": pair(office.registrar_ar, office.registrar_en), "office": office_name(office)},
        "zone": ZONE,
    }


def asked_by(applicant: Person, kinship: str) -> Data:
    """Who had the paper drawn, and what they are to its holder."""
    return {"name": full_name(applicant), "sex": applicant.sex, "kinship": kinship}


def person(one: Person) -> Data:
    """A person with parentage and birth."""
    return {
        "given": pair(one.given_name, one.latin_given),
        "family": pair(one.family_name, one.latin_family),
        "father": pair(one.father_name, one.latin_father),
        "mother": pair(one.mother_name, one.latin_mother),
        "mother_family": pair(one.mother_family, one.latin_mother_family),
        "birth_place": pair(one.birthplace, one.latin_birthplace),
        "national_number": one.national_number,
        "sex": one.sex,
        "born": one.born.isoformat(),
        "marital_status": one.marital,
        "alive": one.died_on is None,
    }


def party(session: Session, one: Person) -> Data:
    """Somebody named beside the holder, or one of the two of a marriage, with the entry that keeps them now."""
    office = session.get_one(RegistryOffice, one.office)
    return person(one) | {"name": full_name(one), "entry": entry(session, one, office)}


def entry(session: Session, one: Person, office: RegistryOffice) -> Data:
    """Office, place and number of the entry that keeps somebody."""
    kept = session.get_one(FamilyEntry, (one.office, one.entry))
    return {
        "governorate": pair(office.governorate_ar, office.governorate_en),
        "office": office_name(office),
        "place": pair(kept.place_ar, kept.place_en),
        "number": str(kept.number),
    }


def annotations(session: Session, one: Person) -> list[Data]:
    """The remarks on somebody's entry, oldest first."""
    noted = select(Annotation).where(Annotation.person == one.id).order_by(Annotation.happened_on, Annotation.id)
    return [
        {
            "kind": row.kind,
            "on": row.happened_on.isoformat(),
            "number": row.number,
            "text": pair(row.text_ar, row.text_en),
        }
        for row in session.scalars(noted)
    ]


def event(session: Session, happened: RegisterEvent) -> Data:
    """When and where something happened, and under which number it was registered."""
    return {
        "on": happened.happened_on.isoformat(),
        "place": pair(happened.place_ar, happened.place_en),
        "number": happened.number,
        "registered_on": happened.registered_on.isoformat(),
        "office": office_name(session.get_one(RegistryOffice, happened.office)),
    }


def full_name(one: Person) -> dict[str, str]:
    """Given name, father's name and family name."""
    return pair(
        f"{one.given_name} {one.father_name} {one.family_name}",
        f"{one.latin_given} {one.latin_father} {one.latin_family}",
    )


def office_name(office: RegistryOffice) -> dict[str, str]:
    """An office's name."""
    return pair(office.name_ar, office.name_en)


def pair(arabic: str, latin: str) -> dict[str, str]:
    """A text in both scripts, as papers hold it."""
    return {"ar": arabic, "en": latin.strip()}
