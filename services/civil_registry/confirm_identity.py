"""Compares what somebody typed with the register, and says as little as possible when it differs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.model import Person
from services.civil_registry.rules import Particulars
from shared.database import audit
from shared.identity.actor import Actor

NOBODY = "nobody"


def confirm_identity(session: Session, actor: Actor, typed: Particulars) -> tuple[Person | None, str | None]:
    """The person, or the kind of field to recheck: exactly one of the two. The look itself is recorded either way."""
    found = session.scalar(select(Person).where(Person.national_number == typed.national_number))
    # The dead are not confirmed, and not told apart from numbers nobody has.
    living = found if found is not None and found.died_on is None else None
    recheck = rules.recheck(typed, particulars(living) if living else None)
    about = str(found.id) if found else NOBODY
    audit.record(session, actor, "identity.confirm", about, reason=recheck, confirmed=recheck is None)
    return (living, None) if recheck is None else (None, recheck)


def particulars(person: Person) -> Particulars:
    """What the register holds of what is asked."""
    return Particulars(
        person.national_number,
        person.given_name,
        person.father_name,
        person.family_name,
        person.mother_name,
        person.born,
        person.mother_family,
    )
