"""Who may apply for another, and go on: capacity, mandate and age are looked at again at every step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.statements import as_facts, attested, check_eligible, spoken_of
from services.consular.missions import today
from services.consular.people import mandates, rules, snapshot
from shared.catalogue.model import GUARDIAN, HOLDER, Transaction
from shared.database import audit
from shared.errors import NotAllowed, Refusal
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.identity.representation import Representation


@dataclass(frozen=True)
class Claim:
    """As what somebody wants to apply for another, with what the register attested of the two, and the mandate."""

    keys: Keys
    capacity: str
    statements: Sequence[str]
    mandate: str | None = None


def self_representation(person: str, slug: str) -> Representation:
    """Somebody who applies for themselves."""
    return Representation(person, person, HOLDER, slug)


def representation_of(application: Application, actor: Actor) -> Representation:
    """As what this actor acts on this application: its person always as holder, whoever filed it."""
    if actor.person in (None, application.person):
        return self_representation(application.person, application.transaction)
    return Representation(
        application.person, application.acting, application.capacity, application.transaction, application.mandate
    )


def check_claim(
    session: Session, actor: Actor, entry: Transaction, mission: str, claim: Claim
) -> tuple[Representation, dict[str, Any]]:
    """Whom the actor may begin an application for, and what the civil register says of both.

    Raises Refusal (capacity_not_allowed, statement_..., mandate_..., ward_of_age, not_eligible), NotAllowed.
    """
    person = spoken_of(claim.keys, claim.statements)
    standing = Representation(person, str(actor.person), claim.capacity, entry.slug, claim.mandate)
    if claim.capacity == HOLDER or person == actor.person:
        raise Refusal("capacity_not_allowed")
    facts = attested(claim.keys, entry, standing, claim.statements)
    day = today(session, mission)
    judged = as_facts(facts, standing, day)
    check_right(session, actor, entry, mission, standing, facts["civil_registry"], day)
    check_eligible(entry, judged)
    return standing, facts["civil_registry"]


def check_right(
    session: Session,
    actor: Actor,
    entry: Transaction,
    mission: str,
    standing: Representation,
    facts: Mapping[str, Any],
    day: date,
) -> None:
    """Raises Refusal or NotAllowed unless this capacity, mandate and age fit the transaction and the mission."""
    if standing.capacity not in (HOLDER, *entry.acts):
        raise Refusal("capacity_not_allowed")
    if standing.mandate is not None:
        mandate = mandates.check_for(session, actor, standing.mandate, mission, entry, day)
        if mandate.principal != standing.person or rules.CAPACITY_OF[mandate.kind] != standing.capacity:
            raise Refusal("statement_of_another", authority="civil_registry")
    if standing.capacity == GUARDIAN and not rules.is_minor(date.fromisoformat(str(facts["born"])), day):
        raise Refusal("ward_of_age")


def check_representation(session: Session, application: Application, *, held: bool) -> None:
    """Raises NotAllowed (mandate_ended, ward_of_age) once who acts may no longer act; the person themselves still may.

    Held, the mandate cannot be revoked before the commit. What follows in this transaction is done for the person.
    """
    _check_representation(session, application, held=held)
    audit.act_for(session, application.person, application.capacity)


def _check_representation(session: Session, application: Application, *, held: bool) -> None:
    day = today(session, application.mission)
    if application.mandate is not None:
        mandates.check_stands(session, application.mandate, day, held=held)
    if application.capacity == GUARDIAN:
        ward = snapshot.of(session, application.reference)
        if ward is not None and not rules.is_minor(ward.born, day):
            raise NotAllowed("ward_of_age")


def may_act(session: Session, application: Application) -> bool:
    """Whether who acts for the person of an application still may."""
    try:
        _check_representation(session, application, held=False)
    except NotAllowed:
        return False
    return True
