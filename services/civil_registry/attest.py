"""Signs what the register knows about a person, for one transaction and a few minutes, so that others need not ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.holders import NOBODY, by_number_and_name, find_holder
from services.civil_registry.model import Person
from services.civil_registry.principals import find_principal, self_representation
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.identity.representation import PURPOSE, Representation, sign_representation

STATEMENT_SECONDS = 300
READER = "consular"


@dataclass(frozen=True)
class SignedStatement:
    """A signed statement, the facts in it, and what proves to other registers that its reader may ask them too."""

    statement: str
    facts: dict[str, Any]
    proofs: dict[str, str]


def attest(
    session: Session,
    actor: Actor,
    keys: Keys,
    purpose: str,
    named: Mapping[str, str] | None = None,
    behalf: Mapping[str, Any] | None = None,
) -> SignedStatement | str:
    """A statement about the actor's own person, or about the one they act for where `behalf` says so and the register
    or an accepted mandate proves it; and about the holder of the entry asked for where one is named.

    With it come the facts in it. Where nothing can be said of a principal or holder the code of the refusal comes
    instead, so that the attempt is kept. Raises NotFound for an actor without a person, NotAllowed for a false mandate.
    """
    asking = session.get(Person, UUID(actor.person)) if actor.person else None
    if asking is None:
        raise NotFound("person_unknown")
    found = (
        find_principal(session, actor, keys, asking, purpose, behalf)
        if behalf
        else (asking, self_representation(asking, purpose))
    )
    if isinstance(found, str):
        return found
    person, standing = found
    attested = facts(person)
    if named is not None:
        entry = find_holder(session, actor, person, purpose, named)
        if isinstance(entry, str):
            return entry
        attested["holder"] = _holder(*entry)
    if behalf:
        attested["acting"] = _acting(asking, standing)
        audit.act_for(session, standing.person, standing.capacity)
    audit.record(session, actor, "statement.ask", str(person.id), reason=purpose)
    return SignedStatement(_signed(keys, standing, attested), attested, _proofs(keys, standing) if behalf else {})


def introduced(session: Session, actor: Actor, keys: Keys, named: Mapping[str, str]) -> SignedStatement | None:
    """What an officer is told about the person a paper names; None when number and name are nobody's. Recorded."""
    found = by_number_and_name(session, named)
    audit.record(session, actor, "person.read", str(found.id) if found else NOBODY, reason=PURPOSE, found=bool(found))
    if found is None:
        return None
    attested = facts(found)
    claims = {"purpose": PURPOSE, "person": str(found.id), "told_to": actor.id, "facts": attested}
    return SignedStatement(keys.sign("statement", READER, STATEMENT_SECONDS, claims), attested, {})


def _signed(keys: Keys, standing: Representation, attested: dict[str, Any]) -> str:
    claims = {
        "purpose": standing.purpose,
        "person": standing.person,
        "asked_by": standing.acting,
        "capacity": standing.capacity,
        "mandate": standing.mandate,
        "facts": attested,
    }
    return keys.sign("statement", READER, STATEMENT_SECONDS, claims)


def _proofs(keys: Keys, standing: Representation) -> dict[str, str]:
    """What the other registers must see before they speak of somebody to another: this one alone knows kinship."""
    entry = CATALOGUE.get(standing.purpose)
    others = [name for name in entry.authorities if name != keys.me] if entry else []
    return {name: sign_representation(keys, standing, name) for name in others}


def _acting(asking: Person, standing: Representation) -> dict[str, Any]:
    """Who asks, as what."""
    return {
        "person": str(asking.id),
        "national_number": asking.national_number,
        "name": names(asking),
        "capacity": standing.capacity,
    }


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
