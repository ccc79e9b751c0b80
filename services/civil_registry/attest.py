"""Signs what the register knows about a person, for one transaction and a few minutes, so that others need not ask."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.holders import find_holder
from services.civil_registry.model import Person
from shared import audit
from shared.crypto import Keys
from shared.errors import NotFound
from shared.identity import Actor

STATEMENT_SECONDS = 300
READER = "consular"


def attest(
    session: Session, actor: Actor, keys: Keys, purpose: str, named: Mapping[str, str] | None = None
) -> tuple[str, dict[str, Any]] | str:
    """A statement about the actor's own person, and about the holder of the entry asked for where one is named.

    With it come the facts in it. A holder of whom nothing can be said gives the code of the refusal instead, so that
    the attempt is kept. Raises NotFound for an actor without a person.
    """
    person = session.get(Person, UUID(actor.person)) if actor.person else None
    if person is None:
        raise NotFound("person_unknown")
    attested = facts(person)
    if named is not None:
        found = find_holder(session, actor, person, purpose, named)
        if isinstance(found, str):
            return found
        attested["holder"] = _holder(*found)
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


def _holder(holder: Person, kinship: str) -> dict[str, Any]:
    """Who the entry belongs to, and what the asking person is to them."""
    return {
        "person": str(holder.id),
        "national_number": holder.national_number,
        "name": names(holder),
        "kinship": kinship,
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
