"""Whether a mandate stands: asked at every step of whoever acts by it, so that a revocation counts at once."""

from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.people.model import Mandate
from services.consular.people.rules import ACCEPTED, CAPACITY_OF, GUARDIANSHIP, OFFERED, AttestedPerson, is_called
from shared.catalogue.model import Transaction
from shared.catalogue.scopes import covers
from shared.database import audit
from shared.errors import NotAllowed, NotFound, Refusal
from shared.identity.actor import Actor
from shared.values.references import mission_of


def show_person_everywhere(session: Session, actor: Actor, agent_key: str = "") -> None:
    """For the rest of this transaction the actor's own rows are in sight, at whatever mission they were written."""
    session.execute(
        select(
            func.set_config("mahjar.person", actor.person or "", True),
            func.set_config("mahjar.agent_key", agent_key, True),
        )
    )


def find(session: Session, reference: str, *, held: bool = False) -> Mandate:
    """A mandate of this session's mission; held, nobody can revoke it before the commit. Raises NotFound."""
    wanted = select(Mandate).where(Mandate.reference == reference).execution_options(populate_existing=True)
    found = session.scalar(wanted.with_for_update(read=True) if held else wanted)
    if found is None:
        raise NotFound("mandate_unknown")
    return found


def stands(mandate: Mandate, today: date) -> bool:
    """Accepted, and its last day has not passed where the mission stands."""
    return mandate.state == ACCEPTED and today <= mandate.until


def check_stands(session: Session, reference: str, today: date, *, held: bool = False) -> Mandate:
    """The mandate somebody acts by. Raises NotAllowed once it was revoked or has run out."""
    mandate = find(session, reference, held=held)
    if not stands(mandate, today):
        raise NotAllowed("mandate_ended")
    return mandate


def check_for(session: Session, actor: Actor, reference: str, mission: str, entry: Transaction, today: date) -> Mandate:
    """The mandate by which the actor may apply here for this transaction.

    Raises Refusal (mandate_other_mission, mandate_out_of_scope), NotAllowed (mandate_ended), NotFound for another's.
    """
    if mission_of(reference) != mission:
        raise Refusal("mandate_other_mission", field="mandate")
    mandate = find(session, reference, held=True)
    if mandate.agent is None or mandate.agent != actor.person:
        raise NotFound("mandate_unknown")
    if not stands(mandate, today):
        raise NotAllowed("mandate_ended")
    if not allows(mandate, entry):
        raise Refusal("mandate_out_of_scope")
    return mandate


def allows(mandate: Mandate, entry: Transaction) -> bool:
    """Whether the mandate covers a transaction that may be applied for in its capacity. A guardian's covers all."""
    capacity = CAPACITY_OF[mandate.kind]
    return capacity in entry.acts and (mandate.kind == GUARDIANSHIP or covers(mandate.scope, entry))


def of(session: Session, actor: Actor, agent_key: str, me: AttestedPerson) -> list[dict[str, Any]]:
    """All that name the actor as principal or agent, or are offered to their number and name; `see_own` comes first."""
    offered = and_(Mandate.state == OFFERED, Mandate.agent_key == agent_key)
    wanted = select(Mandate).where(or_(Mandate.principal == actor.person, Mandate.agent == actor.person, offered))
    rows = session.scalars(wanted.order_by(Mandate.made_at.desc(), Mandate.reference)).all()
    audit.record(session, actor, "mandate.listed", actor.person or "", count=len(rows))
    mine = [
        row for row in rows if actor.person in (row.principal, row.agent) or is_called(me.given, row.agent_given or "")
    ]
    return [serialise(row, actor, missions.today(session, row.mission)) for row in mine]


def serialise(mandate: Mandate, actor: Actor, today: date) -> dict[str, Any]:
    """A mandate as the two of it see it. The principal learns the agent's full name only once they have accepted."""
    side = "principal" if mandate.principal == actor.person else "agent" if mandate.agent == actor.person else "offered"
    over = mandate.state in (ACCEPTED, OFFERED) and mandate.until < today
    return {
        "reference": mandate.reference,
        "mission": mandate.mission,
        "kind": mandate.kind,
        "state": "ended" if over else mandate.state,
        "stands": stands(mandate, today),
        "side": side,
        "capacity": CAPACITY_OF[mandate.kind],
        "principal": mandate.principal_name,
        "principal_given": mandate.principal_given,
        "agent": mandate.agent_name if mandate.state != "declined" else None,
        "agent_given": mandate.agent_given,
        "scope": mandate.scope,
        "issued_on": mandate.issued_on.isoformat() if mandate.issued_on else None,
        "until": mandate.until.isoformat(),
        "made_at": mandate.made_at.isoformat(),
        "reason": mandate.reason,
        "note": mandate.note,
    }
