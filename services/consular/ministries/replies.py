"""Stores replies of ministries: the first one per letter is applied, a later one only stays on record."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.ministries.model import Letter, Reply
from services.consular.ministries.rules import reply_parser
from shared.database import audit
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor

DESK, PARTNER = "desk", "partner"
DEPOSITED, APPLIED, LATE = "deposited", "applied", "late"


def check_reply(body: Mapping[str, Any], expected: reply_parser.Expected) -> reply_parser.Reply:
    """The reply of a request body, if it may be applied. Raises Invalid with a code for each wrong field."""
    reply, errors = reply_parser.read(body, expected)
    if reply is None:
        raise Invalid("reply_of_another" if "reply_of_another" in errors.values() else "invalid", errors=errors)
    return reply


def deposit(session: Session, actor: Actor, letter: Letter, reply: reply_parser.Reply) -> bool:
    """Stores a partner's reply until its message arrives over the bus; False when it was deposited before."""
    statement = insert(Reply).values(**_row(actor, letter, reply, PARTNER, DEPOSITED)).on_conflict_do_nothing()
    is_new = session.scalar(statement.returning(Reply.letter)) is not None
    if is_new:
        audit.record(session, actor, "letter.deposited", letter.application, letter=letter.number)
    return is_new


def find_deposit(session: Session, code: str) -> Reply | None:
    """The reply a partner deposited for a letter, locked; None without one."""
    return session.get(Reply, (code, PARTNER), with_for_update=True, populate_existing=True)


def close(session: Session, actor: Actor, letter: Letter, finding: str) -> None:
    """Marks a letter as answered. Raises Conflict (letter_answered) for the second of two simultaneous answers."""
    unanswered = Letter.code == letter.code, Letter.answered_at.is_(None)
    if change_row(session, Letter, *unanswered, answered_at=func.now(), finding=finding) is None:
        raise Conflict("letter_answered", number=letter.number)
    audit.record(session, actor, "letter.answered", letter.application, letter=letter.number, finding=finding)


def store(session: Session, actor: Actor, letter: Letter, reply: reply_parser.Reply) -> None:
    """Stores the reply an officer typed."""
    session.execute(insert(Reply).values(**_row(actor, letter, reply, DESK, APPLIED)))


def mark(session: Session, actor: Actor, letter: Letter, state: str) -> None:
    """Marks a partner's deposit as applied or late; a late one stays on record and changes nothing."""
    statement = update(Reply).where(Reply.letter == letter.code, Reply.source == PARTNER)
    session.execute(statement.values(state=state).execution_options(synchronize_session=False))
    if state == LATE:
        audit.record(session, actor, "letter.answered_late", letter.application, letter=letter.number)


def of_letter(session: Session, code: str) -> list[Reply]:
    """All replies to a letter, oldest first."""
    return list(session.scalars(select(Reply).where(Reply.letter == code).order_by(Reply.received_at)))


def _row(actor: Actor, letter: Letter, reply: reply_parser.Reply, source: str, state: str) -> dict[str, Any]:
    content = {"number": reply.number, "dated": reply.dated, "remark": reply.remark}
    return {
        "letter": letter.code,
        "source": source,
        "mission": letter.mission,
        "state": state,
        "finding": reply.finding.code,
        "content": content | {"details": reply.details, "entries": reply.entries},
        "received_at": func.now(),
        "received_by": actor.id,
    }
