"""A mandate from account to account: granted, accepted or declined, ended. It never reveals whether the other account
exists."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, or_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.people import rules
from services.consular.people.mandates import find
from services.consular.people.model import Mandate
from services.consular.people.rules import ACCEPTED, DECLINED, GRANTED, OFFERED, REVOKED, TO_CHECK, AttestedPerson
from shared.catalogue import TRANSACTIONS, scopes
from shared.database import audit
from shared.database.rows import change_row
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
    """Offers a mandate, valid at this mission, to the person with this number's key and given name (`agent`).

    Raises Invalid by field, Conflict while another mandate to the same number is in force.
    """
    key, given_name = agent
    check_terms(scope, until, today, GRANTED, missions.find(session, mission).country)
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
        "agent_given": given_name,
        "scope": list(scope),
        "until": until,
    }
    return store_mandate(session, actor, mission, row, "mandate_exists")


def check_terms(scope: Sequence[str], until: date, today: date, kind: str, country: str = "") -> None:
    """Raises Invalid for a scope that is empty or not offered in this country, for an end in the past or beyond the
    longest term."""
    errors: dict[str, str] = {}
    if not scope or set(scope) - set(scopes.available_scopes(TRANSACTIONS, rules.CAPACITY_OF[kind], country)):
        errors["scope"] = "mandate_scope_needed"
    if until < today:
        errors["until"] = "mandate_ends_in_the_past"
    elif until > rules.latest_end(today):
        errors["until"] = "mandate_too_long"
    if errors:
        raise Invalid("invalid", errors=errors, latest=rules.latest_end(today).isoformat())


def store_mandate(session: Session, actor: Actor, mission: str, row: dict[str, object], conflict_code: str) -> Mandate:
    """Writes a new mandate. Raises Conflict with `conflict_code` when an equal one exists already."""
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
        raise Conflict(conflict_code)
    audit.record(session, actor, "mandate.made", str(reference), reason=str(row["kind"]))
    return find(session, str(reference))


def answer(
    session: Session, actor: Actor, reference: str, agent: AttestedPerson, key: str, today: date, *, accepted: bool
) -> Mandate:
    """The agent accepts or declines the mandate. Raises NotFound for another's, Conflict when it was answered or
    withdrawn meanwhile."""
    mandate = find(session, reference)
    if mandate.agent_key != key or not rules.is_called(agent.given_name, mandate.agent_given or ""):
        raise NotFound("mandate_unknown")
    acceptance: dict[str, object] = {"state": ACCEPTED, "agent": agent.person, "agent_name": agent.name}
    values: dict[str, object] = acceptance if accepted else {"state": DECLINED, "agent": agent.person}
    conditions = Mandate.state == OFFERED, Mandate.until >= today
    return change_mandate(session, actor, reference, "accepted" if accepted else "declined", values, *conditions)


def end(session: Session, actor: Actor, reference: str) -> Mandate:
    """The principal revokes the mandate, or the agent resigns it; it ends at once. Raises NotFound for others."""
    mandate = find(session, reference)
    if actor.person is None or actor.person not in (mandate.principal, mandate.agent):
        raise NotFound("mandate_unknown")
    is_party = or_(Mandate.principal == actor.person, Mandate.agent == actor.person)
    return change_mandate(session, actor, reference, "revoked", {"state": REVOKED}, Mandate.state.in_(LIVE), is_party)


def change_mandate(
    session: Session,
    actor: Actor,
    reference: str,
    change: str,
    values: dict[str, object],
    *conditions: ColumnElement[bool],
) -> Mandate:
    """One conditional statement: the second of two simultaneous changes raises Conflict."""
    columns = {**values, "changed_at": func.now(), "decided_by": actor.id}
    changed = change_row(session, Mandate, Mandate.reference == reference, *conditions, **columns)
    if changed is None:
        raise Conflict("mandate_changed")
    audit.record(session, actor, f"mandate.{change}", reference, reason=changed.reason)
    return changed


def _end(session: Session, actor: Actor, *conditions: ColumnElement[bool], reason: str) -> None:
    values = {"state": REVOKED, "reason": reason, "changed_at": func.now(), "decided_by": actor.id}
    session.execute(update(Mandate).where(*conditions).values(values).execution_options(synchronize_session=False))
