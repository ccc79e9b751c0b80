"""Who may apply and act for another: capacity, mandate and age are checked again at every step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.statements import as_facts, check_eligible, subject_of, verify_statements
from services.consular.missions import find, today
from services.consular.people import mandates, rules, snapshot
from services.consular.people.model import Applicant, Mandate
from shared.catalogue.model import GUARDIAN, HOLDER, Transaction
from shared.database import audit
from shared.errors import NotAllowed, Refusal
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.identity.representation import Representation


@dataclass(frozen=True)
class Claim:
    """A claim to act for another: the capacity, what the register attested of the two persons, and the mandate."""

    keys: Keys
    capacity: str
    statements: Sequence[str]
    mandate: str | None = None


def self_representation(person: str, slug: str) -> Representation:
    """The representation of somebody who applies for themselves."""
    return Representation(person, person, HOLDER, slug)


def representation_of(application: Application, actor: Actor) -> Representation:
    """The representation of this actor on this application; its person is always the holder, whoever filed it."""
    if actor.person in (None, application.person):
        return self_representation(application.person, application.transaction)
    return Representation(
        application.person, application.acting, application.capacity, application.transaction, application.mandate
    )


def check_claim(
    session: Session, actor: Actor, entry: Transaction, mission: str, claim: Claim
) -> tuple[Representation, dict[str, Any]]:
    """The representation in which the actor may begin an application, and the civil register's facts about both.

    Raises Refusal (capacity_not_allowed, statement_..., mandate_..., ward_of_age, not_eligible), NotAllowed.
    """
    person = subject_of(claim.keys, claim.statements)
    representation = Representation(person, str(actor.person), claim.capacity, entry.slug, claim.mandate)
    if claim.capacity == HOLDER or person == actor.person:
        raise Refusal("capacity_not_allowed")
    facts = verify_statements(claim.keys, entry, representation, claim.statements)
    day = today(session, mission)
    eligibility_facts = as_facts(facts, representation, day)
    check_entitlement(session, actor, entry, mission, representation, facts["civil_registry"], day)
    check_eligible(entry, eligibility_facts)
    return representation, facts["civil_registry"]


def check_entitlement(
    session: Session,
    actor: Actor,
    entry: Transaction,
    mission: str,
    representation: Representation,
    facts: Mapping[str, Any],
    day: date,
) -> None:
    """Raises Refusal or NotAllowed unless this capacity, mandate and age fit the transaction and the mission."""
    if representation.capacity not in (HOLDER, *entry.acts_at(find(session, mission).country)):
        raise Refusal("capacity_not_allowed")
    if representation.mandate is not None:
        mandate = mandates.check_for(session, actor, representation.mandate, mission, entry, day)
        if mandate.principal != representation.person or rules.CAPACITY_OF[mandate.kind] != representation.capacity:
            raise Refusal("statement_of_another", authority="civil_registry")
    if representation.capacity == GUARDIAN and not rules.is_minor(date.fromisoformat(str(facts["born"])), day):
        raise Refusal("ward_of_age")


def check_representation(session: Session, application: Application, *, locked: bool) -> None:
    """Raises NotAllowed (mandate_ended, ward_of_age) once the acting person may no longer act.

    The person of the application still may. `locked`, the mandate cannot be revoked before the commit. The events of
    this transaction are recorded as done for the person.
    """
    _check_representation(session, application, locked=locked)
    audit.act_for(session, application.person, application.capacity)


def _check_representation(session: Session, application: Application, *, locked: bool) -> None:
    mandate = mandates.find(session, application.mandate, locked=locked) if application.mandate is not None else None
    ward = snapshot.applicant_of(session, application.reference) if application.capacity == GUARDIAN else None
    _check_rows(session, application, mandate, ward)


def check_represented(
    session: Session, application: Application, mandate: Mandate | None, ward: Applicant | None
) -> None:
    """As `check_representation`, by rows that were found before."""
    _check_rows(session, application, mandate, ward)
    audit.act_for(session, application.person, application.capacity)


def _check_rows(session: Session, application: Application, mandate: Mandate | None, ward: Applicant | None) -> None:
    day = today(session, application.mission)
    if application.mandate is not None and (mandate is None or not mandates.is_in_force(mandate, day)):
        raise NotAllowed("mandate_ended")
    if application.capacity == GUARDIAN and ward is not None and not rules.is_minor(ward.born, day):
        raise NotAllowed("ward_of_age")


def may_act(session: Session, application: Application) -> bool:
    """Whether the acting person of an application may still act."""
    try:
        _check_representation(session, application, locked=False)
    except NotAllowed:
        return False
    return True
