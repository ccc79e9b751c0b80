"""A mandate from account to account: given, accepted or declined, ended; whether the other exists is never told."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.people import rules
from services.consular.people.mandates import find
from services.consular.people.model import Mandate
from services.consular.people.rules import ACCEPTED, DECLINED, GRANTED, OFFERED, REVOKED, TO_CHECK, AttestedPerson
from shared.catalogue import TRANSACTIONS, scopes
from shared.database import audit
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values import references

REFERENCE_LENGTH, MARK = 10, "V"
LIVE = (OFFERED, TO_CHECK, ACCEPTED)


def grant(
    session: Session,
    actor: Actor,
    principal: AttestedPerson,
    mission: str,
    agent: tuple[str, str],
    scope: Sequence[str],
    until: date,
    today: date,
) -> Mandate:
    """Offers a mandate to whoever has this number's key and given name (`agent`), good at this mission.

    Raises Invalid by field, Conflict while one to the same number stands.
    """
    key, given = agent
    check_terms(scope, until, today, GRANTED)
    if rules.is_minor(principal.born, today):
        raise Invalid("mandate_by_minor", field="agent_number")
    same = Mandate.principal == principal.person, Mandate.agent_key == key, Mandate.kind == GRANTED
    _end(session, actor, Mandate.state.in_((OFFERED, ACCEPTED)), *same, Mandate.until < today, reason="ran_out")
    row = {
        "kind": GRANTED,
        "state": OFFERED,
        "principal": principal.person,
        "principal_name": principal.name,
        "agent_key": key,
        "agent_given": given,
        "scope": list(scope),
        "until": until,
    }
    return store_mandate(session, actor, mission, row, "mandate_exists")


def check_terms(scope: Sequence[str], until: date, today: date, kind: str) -> None:
    """Raises Invalid for a scope that is empty or cannot be given, a day that has passed, or more than the longest."""
    errors: dict[str, str] = {}
    if not scope or set(scope) - set(scopes.available_scopes(TRANSACTIONS, rules.CAPACITY_OF[kind])):
        errors["scope"] = "mandate_scope_needed"
    if until < today:
        errors["until"] = "mandate_ends_in_the_past"
    elif until > rules.latest_end(today):
        errors["until"] = "mandate_too_long"
    if errors:
        raise Invalid("invalid", errors=errors, latest=rules.latest_end(today).isoformat())


def store_mandate(session: Session, actor: Actor, mission: str, row: dict[str, object], taken: str) -> Mandate:
    """Writes a new mandate. Raises Conflict with the code `taken` when one like it stands already."""
    values = {
        **row,
        "reference": references.new(mission, REFERENCE_LENGTH, MARK),
        "mission": mission,
        "made_by": actor.id,
        "made_at": func.now(),
        "changed_at": func.now(),
    }
    reference = session.scalar(insert(Mandate).values(values).on_conflict_do_nothing().returning(Mandate.reference))
    if reference is None:
        raise Conflict(taken)
    audit.record(session, actor, "mandate.made", str(reference), reason=str(row["kind"]))
    return find(session, str(reference))


def answer(
    session: Session, actor: Actor, reference: str, agent: AttestedPerson, key: str, today: date, *, accepted: bool
) -> Mandate:
    """The agent takes the mandate up, or does not want it. Raises NotFound for somebody else's, Conflict when it was
    answered or withdrawn meanwhile."""
    offered = find(session, reference)
    if offered.agent_key != key or not rules.is_called(agent.given, offered.agent_given or ""):
        raise NotFound("mandate_unknown")
    taken: dict[str, object] = {"state": ACCEPTED, "agent": agent.person, "agent_name": agent.name}
    values: dict[str, object] = taken if accepted else {"state": DECLINED, "agent": agent.person}
    now_or_never = Mandate.state == OFFERED, Mandate.until >= today
    return _change(session, actor, reference, "accepted" if accepted else "declined", values, *now_or_never)


def end(session: Session, actor: Actor, reference: str) -> Mandate:
    """The principal withdraws it, or the agent lays it down, at any time and at once. Raises NotFound for others."""
    known = find(session, reference)
    if actor.person is None or actor.person not in (known.principal, known.agent):
        raise NotFound("mandate_unknown")
    mine = or_(Mandate.principal == actor.person, Mandate.agent == actor.person)
    return _change(session, actor, reference, "revoked", {"state": REVOKED}, Mandate.state.in_(LIVE), mine)


def _change(
    session: Session, actor: Actor, reference: str, what: str, values: dict[str, object], *only: ColumnElement[bool]
) -> Mandate:
    """One conditional statement: of two who come at once, the second learns that it has changed."""
    changed = session.scalar(
        update(Mandate)
        .where(Mandate.reference == reference, *only)
        .values(**values, changed_at=func.now(), decided_by=actor.id)
        .returning(Mandate)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if changed is None:
        raise Conflict("mandate_changed")
    audit.record(session, actor, f"mandate.{what}", reference)
    return changed


def _end(session: Session, actor: Actor, *which: ColumnElement[bool], reason: str) -> None:
    values = {"state": REVOKED, "reason": reason, "changed_at": func.now(), "decided_by": actor.id}
    session.execute(update(Mandate).where(*which).values(values).execution_options(synchronize_session=False))
