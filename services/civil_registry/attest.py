"""Signs what the register knows about a person, for one transaction and a few minutes, so that others need not ask."""

from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.model import Person
from shared import audit
from shared.crypto import Keys
from shared.errors import NotFound
from shared.identity import Actor

STATEMENT_SECONDS = 300
READER = "consular"


def attest(session: Session, actor: Actor, keys: Keys, purpose: str) -> tuple[str, dict[str, Any]]:
    """A statement about the actor's own person, and the facts in it. Raises NotFound for an actor without one."""
    person = session.get(Person, UUID(actor.person)) if actor.person else None
    if person is None:
        raise NotFound("person_unknown")
    attested = facts(person)
    audit.record(session, actor, "statement.ask", str(person.id), reason=purpose)
    claims = {"purpose": purpose, "person": str(person.id), "facts": attested}
    return keys.sign("statement", READER, STATEMENT_SECONDS, claims), attested


def facts(person: Person) -> dict[str, Any]:
    """Everything attested about a person; no more than identity and standing in the register."""
    return {
        "person": str(person.id),
        "national_number": person.national_number,
        "name": names(person),
        "sex": person.sex,
        "born": person.born.isoformat(),
        "alive": person.died_on is None,
        "registered": True,
    }


def names(person: Person) -> dict[str, dict[str, str]]:
    """The name in both scripts, the mother's in full."""
    return {
        "ar": {
            "given": person.given_name,
            "father": person.father_name,
            "family": person.family_name,
            "mother": f"{person.mother_name} {person.mother_family}",
        },
        "latin": {
            "given": person.latin_given,
            "father": person.latin_father,
            "family": person.latin_family,
            "mother": f"{person.latin_mother} {person.latin_mother_family}",
        },
    }
