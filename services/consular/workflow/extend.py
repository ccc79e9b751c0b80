"""Extends the deadline of many applications by decree: one event for all of them, one step in each timeline."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Text, any_, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.orm import Session

from services.consular.applications import counts, rules
from services.consular.applications.model import Application, Step
from services.consular.applications.notify import notify_recipients
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import today
from services.consular.notices.model import Notice
from services.consular.notices.rules import EXTENDED
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import EXTENSION
from shared.database import audit
from shared.database.db import now
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "extension"
Row = tuple[str, str, str, date]


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field.

    `ends_from` and `ends_to` bound the present last day; an empty list of transactions means all of them.
    """
    params = check_questions(EXTENSION, terms, today(session, session.info["mission"]))
    slugs = terms.get("transactions") or []
    if not isinstance(slugs, list) or any(slug not in CATALOGUE for slug in slugs):
        raise Invalid("unknown_choice", field="transactions")
    if params["ends_to"] < params["ends_from"]:
        raise Invalid("window_turned_round", field="ends_to")
    return {**params, "transactions": sorted(set(slugs))}


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The number of extended applications, by status. Nothing is written."""
    return counts.by_status(session, _affected(params))


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Moves the last day of all applications in the transaction of the second signature. Lapsed ones stay lapsed."""
    params = proposal.params
    rows = session.execute(
        update(Application)
        .where(*_affected(params))
        .values(lapses_on=Application.lapses_on + params["days"], changed_at=func.now())
        .returning(Application.reference, Application.person, Application.status, Application.lapses_on)
        .execution_options(synchronize_session=False)
    ).all()
    at, extended = now(session), [(row.reference, row.person, row.status, row.lapses_on) for row in rows]
    if extended:
        session.execute(insert(Step), [_step(actor, proposal, row, at) for row in extended])
        session.execute(insert_once(Notice).on_conflict_do_nothing(), [_notice(proposal, row, at) for row in extended])
        _notify_acting(session, proposal, [reference for reference, *_ in extended])
    audit.record(session, actor, "applications.extended", proposal.reference, count=len(extended), days=params["days"])
    finish(session, actor, proposal, {"applications": len(extended)})


def _notify_acting(session: Session, proposal: Proposal, references: list[str]) -> None:
    """Notifies acting persons too, while they may act."""
    is_extended = Application.reference == any_(literal(references, ARRAY(Text)))
    for application in session.scalars(
        select(Application).where(is_extended, Application.acting != Application.person)
    ):
        days = {"day": str(application.lapses_on), "days": proposal.params["days"]}
        notify_recipients(session, application, EXTENDED, proposal.reference, **days)


def _affected(params: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        Application.status.in_(rules.WAITING),
        Application.lapses_on.between(date.fromisoformat(params["ends_from"]), date.fromisoformat(params["ends_to"])),
    ]
    return [*conditions, Application.transaction.in_(params["transactions"])] if params["transactions"] else conditions


def _step(actor: Actor, proposal: Proposal, row: Row, at: datetime) -> dict[str, Any]:
    reference, _, status, last = row
    return {
        "application": reference,
        "mission": proposal.mission,
        "at": at,
        "code": "extended",
        "source": status,
        "target": status,
        "actor": actor.id,
        "role": actor.role,
        "detail": {
            "decree": proposal.params["decree"],
            "day": last.isoformat(),
            "days": proposal.params["days"],
            "proposal": proposal.reference,
        },
    }


def _notice(proposal: Proposal, row: Row, at: datetime) -> dict[str, Any]:
    reference, person, _, last = row
    return {
        "mission": proposal.mission,
        "person": person,
        "kind": EXTENDED,
        "about": reference,
        "once": proposal.reference,
        "params": {"day": last.isoformat(), "days": proposal.params["days"]},
        "made_at": at,
    }
