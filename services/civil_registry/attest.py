"""Signs statements about a person, for one transaction and a few minutes, so that other services need not ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.contents.snapshots import office_name, pair
from services.civil_registry.kinship.holders import NOBODY, by_number_and_name, find_holder
from services.civil_registry.kinship.kinship import collateral
from services.civil_registry.kinship.principals import find_principal, self_representation
from services.civil_registry.kinship.relatives import kinship_of
from services.civil_registry.model import Person, RegistryOffice
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
    """A signed statement, its facts, and the proofs that let the applicant ask the other registers."""

    statement: str
    facts: dict[str, Any]
    proofs: dict[str, str]


def attest(
    session: Session,
    actor: Actor,
    keys: Keys,
    purpose: str,
    holder_answers: Mapping[str, str] | None = None,
    behalf: Mapping[str, Any] | None = None,
) -> SignedStatement | str:
    """A statement about the actor's own person, or with `behalf` about their principal.

    The register or an accepted mandate must prove the representation. `holder_answers` name the holder of the entry,
    who is then attested too. Returns the code of a refusal instead of raising it, so that the attempt is committed.
    Raises NotFound for an actor without a person, and NotAllowed for a false mandate.
    """
    applicant = session.get(Person, UUID(actor.person)) if actor.person else None
    if applicant is None:
        raise NotFound("person_unknown")
    principal: tuple[Person, Representation] | str = (applicant, self_representation(applicant, purpose))
    if behalf:
        principal = find_principal(session, actor, keys, applicant, purpose, behalf)
    if isinstance(principal, str):
        return principal
    person, representation = principal
    attested_facts = facts(session, person)
    if holder_answers is not None:
        entry = find_holder(session, actor, person, purpose, holder_answers)
        if isinstance(entry, str):
            return entry
        attested_facts["holder"] = _holder_data(*entry)
    if behalf:
        kinship = kinship_of(session, person, applicant)
        attested_facts["acting"] = {**_representative_data(applicant, representation), "kinship": kinship}
        audit.act_for(session, representation.person, representation.capacity)
    audit.record(session, actor, "statement.ask", str(person.id), reason=purpose)
    return SignedStatement(
        _sign(keys, representation, attested_facts), attested_facts, _proofs(keys, representation) if behalf else {}
    )


def attest_to_officer(
    session: Session, actor: Actor, keys: Keys, principal_answers: Mapping[str, str], agent: str | None = None
) -> SignedStatement | None:
    """A statement for an officer about the principal of a deed; None if number and name match nobody.

    With `agent` it says what that person is to the principal, and whether the principal's father lives. The look-up is
    recorded either way.
    """
    principal = by_number_and_name(session, principal_answers)
    audit.record(
        session, actor, "person.read", str(principal.id) if principal else NOBODY, reason=PURPOSE, found=bool(principal)
    )
    if principal is None:
        return None
    attested_facts = facts(session, principal)
    if agent and (agent_person := session.get(Person, UUID(agent))):
        tie, father_alive = collateral(session, agent_person, principal)
        attested_facts["agent"] = {"person": agent, "kinship": tie, "father_alive": father_alive}
    claims = {"purpose": PURPOSE, "person": str(principal.id), "told_to": actor.id, "facts": attested_facts}
    return SignedStatement(keys.sign("statement", READER, STATEMENT_SECONDS, claims), attested_facts, {})


def _sign(keys: Keys, representation: Representation, attested_facts: dict[str, Any]) -> str:
    claims = {
        "purpose": representation.purpose,
        "person": representation.person,
        "asked_by": representation.acting,
        "capacity": representation.capacity,
        "mandate": representation.mandate,
        "facts": attested_facts,
    }
    return keys.sign("statement", READER, STATEMENT_SECONDS, claims)


def _proofs(keys: Keys, representation: Representation) -> dict[str, str]:
    """Proofs for the other registers, which know no kinship themselves."""
    entry = CATALOGUE.get(representation.purpose)
    registers = [name for name in entry.authorities if name != keys.me] if entry else []
    return {name: sign_representation(keys, representation, name) for name in registers}


def _representative_data(applicant: Person, representation: Representation) -> dict[str, Any]:
    """The person who acts, and in which capacity."""
    return {
        "person": str(applicant.id),
        "national_number": applicant.national_number,
        "name": names(applicant),
        "capacity": representation.capacity,
    }


def facts(session: Session, person: Person) -> dict[str, Any]:
    """Everything attested about a person: identity, place of birth, entry and state in the register, no more."""
    office = session.get_one(RegistryOffice, person.office)
    return {
        "person": str(person.id),
        "national_number": person.national_number,
        "name": names(person),
        "sex": person.sex,
        "born": person.born.isoformat(),
        "born_precision": person.born_precision,
        "birth_place": pair(person.birthplace, person.latin_birthplace),
        "entry": {"office": office_name(office), "number": str(person.entry)},
        "alive": person.died_on is None,
        "registered": True,
    }


def _holder_data(holder: Person, kinship: str) -> dict[str, Any]:
    """The holder of the entry, and the applicant's kinship to them."""
    return {
        "person": str(holder.id),
        "national_number": holder.national_number,
        "name": names(holder),
        "kinship": kinship,
    }


def names(person: Person) -> dict[str, dict[str, str]]:
    """The name in both scripts, with the mother's full name."""
    return {
        "ar": {
            "given": person.given_name,
            "father": person.father_name,
            "family": person.family_name,
            "mother": f"{person.mother_name} {person.mother_family}".strip(),
        },
        "latin": {
            "given": person.latin_given,
            "father": person.latin_father,
            "family": person.latin_family,
            "mother": f"{person.latin_mother} {person.latin_mother_family}".strip(),
        },
    }
