"""For whom somebody may ask: the register itself knows kin and guardians, consular proves mandates."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.holders import NOBODY, by_number_and_name
from services.civil_registry.kinship import kinship
from services.civil_registry.model import Person
from shared.catalogue import CATALOGUE, kin
from shared.catalogue.model import GUARDIAN, HOLDER, RELATIVE
from shared.database import audit
from shared.database.db import now
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.identity.representation import Representation, verify_representation
from shared.values.dates import local_date

Found = tuple[Person, Representation]


def self_representation(asking: Person, purpose: str) -> Representation:
    """Somebody who asks for themselves."""
    return Representation(str(asking.id), str(asking.id), HOLDER, purpose)


def find_principal(
    session: Session, actor: Actor, keys: Keys, asking: Person, purpose: str, behalf: Mapping[str, Any]
) -> Found | str:
    """The person acted for and the standing it is done in, or why not. The look is recorded, whatever it finds.

    An unknown number, a stranger's, and a relative's with another name get one answer. Raises NotAllowed for a mandate
    that consular did not prove for this person and purpose.
    """
    entry = CATALOGUE.get(purpose)
    if entry is None or behalf["capacity"] not in entry.acts:
        return "capacity_not_allowed"
    if behalf.get("proof"):
        return _by_mandate(session, keys, actor, purpose, str(behalf["proof"]))
    found = by_number_and_name(session, behalf)
    why = _refusal(session, asking, found, str(behalf["capacity"]))
    about = str(found.id) if found and not why else NOBODY
    audit.record(session, actor, "principal.find", about, reason=purpose, found=not why)
    if why or found is None:
        return why or "kin_not_found"
    return found, Representation(str(found.id), str(asking.id), str(behalf["capacity"]), purpose)


def _by_mandate(session: Session, keys: Keys, actor: Actor, purpose: str, proof: str) -> Found | str:
    standing = verify_representation(keys, proof, actor, purpose, issuers=("consular",))
    principal = session.get(Person, UUID(standing.person))
    if principal is None or principal.died_on is not None:
        return "principal_dead"
    audit.record(session, actor, "principal.find", standing.person, reason=purpose, mandate=standing.mandate)
    return principal, standing


def _refusal(session: Session, asking: Person, found: Person | None, capacity: str) -> str | None:
    if capacity == GUARDIAN:
        father = session.get(Person, found.father) if found and found.father else None
        of_age = found is not None and rules.is_of_age_everywhere(found.born, local_date(now(session), rules.ZONE))
        alive = father is not None and father.died_on is None
        return rules.guardianship(_parent(asking, found, father), alive, of_age=of_age)
    tie = kinship(session, asking, found) if found else None
    return None if capacity == RELATIVE and tie in kin.KINSHIPS else "kin_not_found"


def _parent(asking: Person, ward: Person | None, father: Person | None) -> str | None:
    if ward is None:
        return None
    ties = {
        "father": ward.father == asking.id,
        "mother": ward.mother == asking.id,
        "paternal_grandfather": father is not None and father.father == asking.id,
    }
    return next((tie for tie, holds in ties.items() if holds), None)
