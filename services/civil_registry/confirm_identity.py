"""Compares typed particulars with the register, and discloses as little as possible when they differ."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.model import Person
from services.civil_registry.rules import Particulars
from shared.database import audit
from shared.identity.actor import Actor

NOBODY = "nobody"


def confirm_identity(
    session: Session, actor: Actor, typed_particulars: Particulars
) -> tuple[Person | None, str | None]:
    """The person, or the kind of field to recheck: exactly one of the two. The look-up is recorded either way."""
    person = session.scalar(select(Person).where(Person.national_number == typed_particulars.national_number))
    # A deceased person gets the same answer as an unknown number.
    living_person = person if person is not None and person.died_on is None else None
    recheck = rules.recheck(typed_particulars, particulars(living_person) if living_person else None)
    about = str(person.id) if person else NOBODY
    audit.record(session, actor, "identity.confirm", about, reason=recheck, confirmed=recheck is None)
    return (living_person, None) if recheck is None else (None, recheck)


def particulars(person: Person) -> Particulars:
    """The registered particulars of a person."""
    return Particulars(
        person.national_number,
        person.given_name,
        person.father_name,
        person.family_name,
        person.mother_name,
        person.born,
        person.mother_family,
        person.born_precision,
    )
