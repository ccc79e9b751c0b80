"""Whether a mandate is in force. Every step of an agent checks it, so that a revocation counts at once."""

from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.people.model import Mandate
from services.consular.people.rules import ACCEPTED, CAPACITY_OF, OFFERED, AttestedPerson, is_called
from shared.catalogue.model import GUARDIAN, Transaction
from shared.catalogue.scopes import covers
from shared.database import audit
from shared.errors import NotAllowed, NotFound, Refusal
from shared.identity.actor import Actor
from shared.values.references import mission_of


def show_person_everywhere(session: Session, actor: Actor, agent_key: str = "") -> None:
    """Makes the actor's own rows of all missions visible for the rest of this transaction."""
    session.execute(
        select(
            func.set_config("mahjar.person", actor.person or "", True),
            func.set_config("mahjar.agent_key", agent_key, True),
        )
    )


def find(session: Session, reference: str, *, locked: bool = False) -> Mandate:
    """A mandate of this session's mission; `locked`, nobody can revoke it before the commit. Raises NotFound."""
    query = select(Mandate).where(Mandate.reference == reference).execution_options(populate_existing=True)
    mandate = session.scalar(query.with_for_update(read=True) if locked else query)
    if mandate is None:
        raise NotFound("mandate_unknown")
    return mandate


def of_agent(session: Session, principal: str, agent_key: str) -> list[Mandate]:
    """The mandates of this session's mission that a principal granted to the number with this key."""
    query = select(Mandate).where(Mandate.principal == principal, Mandate.agent_key == agent_key)
    return list(session.scalars(query.with_for_update(read=True))) if agent_key else []


def is_in_force(mandate: Mandate, today: date) -> bool:
    """Whether it is accepted and its last day has not passed at the mission."""
    return mandate.state == ACCEPTED and today <= mandate.until


def check_for(session: Session, actor: Actor, reference: str, mission: str, entry: Transaction, today: date) -> Mandate:
    """The mandate by which the actor may apply here for this transaction.

    Raises Refusal (mandate_other_mission, mandate_out_of_scope), NotAllowed (mandate_ended), NotFound for another's.
    """
    if mission_of(reference) != mission:
        raise Refusal("mandate_other_mission", field="mandate")
    mandate = find(session, reference, locked=True)
    if mandate.agent is None or mandate.agent != actor.person:
        raise NotFound("mandate_unknown")
    if not is_in_force(mandate, today):
        raise NotAllowed("mandate_ended")
    if not allows(mandate, entry):
        raise Refusal("mandate_out_of_scope")
    return mandate


def allows(mandate: Mandate, entry: Transaction) -> bool:
    """Whether the mandate covers a transaction that allows its capacity. A guardian's mandate covers all of them."""
    capacity = CAPACITY_OF[mandate.kind]
    return capacity in entry.capacities and (capacity == GUARDIAN or covers(mandate.scope, entry))


def list_own(session: Session, actor: Actor, agent_key: str, attested: AttestedPerson) -> list[dict[str, Any]]:
    """All mandates that name the actor as principal or agent, or are offered to their number and name.

    `show_person_everywhere` must be called before.
    """
    offered = and_(Mandate.state == OFFERED, Mandate.agent_key == agent_key)
    query = select(Mandate).where(or_(Mandate.principal == actor.person, Mandate.agent == actor.person, offered))
    rows = session.scalars(query.order_by(Mandate.made_at.desc(), Mandate.reference)).all()
    audit.record(session, actor, "mandate.listed", actor.person or "", count=len(rows))
    own_mandates = [
        row
        for row in rows
        if actor.person in (row.principal, row.agent) or is_called(attested.given_name, row.agent_given or "")
    ]
    return [serialise(row, actor, missions.today(session, row.mission)) for row in own_mandates]


def serialise(mandate: Mandate, actor: Actor, today: date) -> dict[str, Any]:
    """A mandate as its two parties see it. The principal learns the agent's full name only after acceptance."""
    side = "principal" if mandate.principal == actor.person else "agent" if mandate.agent == actor.person else "offered"
    has_ended = mandate.state in (ACCEPTED, OFFERED) and mandate.until < today
    return {
        "reference": mandate.reference,
        "mission": mandate.mission,
        "kind": mandate.kind,
        "state": "ended" if has_ended else mandate.state,
        "stands": is_in_force(mandate, today),
        "side": side,
        "capacity": CAPACITY_OF[mandate.kind],
        "principal": mandate.principal_name,
        "principal_given": mandate.principal_given,
        "agent": mandate.agent_name if mandate.state != "declined" else None,
        "agent_given": mandate.agent_given,
        "scope": mandate.scope,
        "issued_on": mandate.issued_on.isoformat() if mandate.issued_on else None,
        "absence": mandate.absence,
        "kinship": mandate.kinship,
        "until": mandate.until.isoformat(),
        "made_at": mandate.made_at.isoformat(),
        "reason": mandate.reason,
        "note": mandate.note,
    }
