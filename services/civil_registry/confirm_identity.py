"""Compares typed particulars with the register, and discloses nothing when they differ."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.model import Person
from services.civil_registry.rules import Particulars
from shared.database import audit
from shared.identity.actor import Actor

NOBODY, MISMATCH = "nobody", "mismatch"


def confirm_identity(session: Session, actor: Actor, typed_particulars: Particulars) -> Person | None:
    """The living person with exactly these particulars, or None. The look-up is recorded either way."""
    person = session.scalar(select(Person).where(Person.national_number == typed_particulars.national_number))
    # A deceased person, an unknown number and a wrong name or date all get the same answer.
    is_confirmed = (
        person is not None and person.died_on is None and rules.is_same_person(typed_particulars, particulars(person))
    )
    about, reason = str(person.id) if person else NOBODY, None if is_confirmed else MISMATCH
    audit.record(session, actor, "identity.confirm", about, reason=reason, confirmed=is_confirmed)
    return person if is_confirmed else None


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
