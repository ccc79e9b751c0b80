"""Finds the principal an applicant acts for. The register proves kin and guardians, consular proves mandates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.kinship.holders import NOBODY, by_number_and_name
from services.civil_registry.kinship.kinship import degree, kinship
from services.civil_registry.model import Person
from shared.catalogue import CATALOGUE, kin
from shared.catalogue.model import GUARDIAN, HOLDER, RELATIVE
from shared.database import audit
from shared.database.db import now
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.identity.representation import Representation, verify_representation
from shared.values.dates import local_date

Principal = tuple[Person, Representation]


def self_representation(applicant: Person, purpose: str) -> Representation:
    """The representation of an applicant who acts for themselves."""
    return Representation(str(applicant.id), str(applicant.id), HOLDER, purpose)


def find_principal(
    session: Session, actor: Actor, keys: Keys, applicant: Person, purpose: str, behalf: Mapping[str, Any]
) -> Principal | str:
    """The principal and the representation, or the code of a refusal. The look-up is recorded either way.

    An unknown number, a stranger's number, and a relative's number with another name get the same code. Raises
    NotAllowed for a mandate that consular did not prove for this person and purpose.
    """
    entry = CATALOGUE.get(purpose)
    if entry is None or behalf["capacity"] not in entry.capacities:
        return "capacity_not_allowed"
    if behalf.get("proof"):
        return _by_mandate(session, keys, actor, purpose, str(behalf["proof"]))
    principal = by_number_and_name(session, behalf)
    wider = RELATIVE not in entry.acts
    refusal = refusal_of(session, applicant, principal, str(behalf["capacity"]), wider=wider)
    about = str(principal.id) if principal and not refusal else NOBODY
    audit.record(session, actor, "principal.find", about, reason=purpose, found=not refusal)
    if refusal or principal is None:
        return refusal or "kin_not_found"
    return principal, Representation(str(principal.id), str(applicant.id), str(behalf["capacity"]), purpose)


def _by_mandate(session: Session, keys: Keys, actor: Actor, purpose: str, proof: str) -> Principal | str:
    representation = verify_representation(keys, proof, actor, purpose, issuers=("consular",))
    principal = session.get(Person, UUID(representation.person))
    if principal is None or principal.died_on is not None:
        return "principal_dead"
    audit.record(
        session, actor, "principal.find", representation.person, reason=purpose, mandate=representation.mandate
    )
    return principal, representation


def refusal_of(
    session: Session, applicant: Person, principal: Person | None, capacity: str, *, wider: bool = False
) -> str | None:
    """Why the applicant may not ask for this person in a capacity; None where they may.

    `wider`, blood relatives to the fourth degree may as well, as for a passport inside Syria.
    """
    if capacity == GUARDIAN:
        father = session.get(Person, principal.father) if principal and principal.father else None
        of_age = principal is not None and rules.is_of_age_everywhere(
            principal.born, local_date(now(session), rules.ZONE)
        )
        return rules.guardianship(_parent(applicant, principal, father), of_age=of_age)
    if principal is None or capacity != RELATIVE:
        return "kin_not_found"
    is_near = kinship(session, applicant, principal) in kin.KINSHIPS
    return None if is_near or (wider and _is_within_degree(session, applicant, principal)) else "kin_not_found"


def _is_within_degree(session: Session, applicant: Person, principal: Person) -> bool:
    found = degree(session, applicant, principal)
    return found is not None and 0 < found <= rules.PASSPORT_DEGREE


def _parent(applicant: Person, ward: Person | None, father: Person | None) -> str | None:
    if ward is None:
        return None
    ties = {
        "father": ward.father == applicant.id,
        "mother": ward.mother == applicant.id,
        "paternal_grandfather": father is not None and father.father == applicant.id,
    }
    return next((tie for tie, holds in ties.items() if holds), None)
