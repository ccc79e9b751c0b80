"""Messages about a mission's applications that could not be applied, and what later ones wait for, with ages."""

from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from shared.database import audit
from shared.database.db import now
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.messaging import inbox
from shared.messaging.inbox import parked

View = dict[str, Any]
PAGE_ROWS, SHOWN_BYTES = 50, 4096


def listing(session: Session, actor: Actor, page: int) -> View:
    """A page of undecided messages, the oldest first, and all gaps. What is about no application is left to whoever
    runs the service."""
    mission = session.info["mission"]
    ours = (parked.c.verdict.is_(None), parked.c.about.startswith(f"{mission}-", autoescape=True))
    rows = session.execute(
        select(parked).where(*ours).order_by(parked.c.id).limit(PAGE_ROWS + 1).offset((page - 1) * PAGE_ROWS)
    ).all()
    gaps = [gap for gap in session.execute(inbox.gaps()) if gap.about.startswith(f"{mission}-")]
    audit.record(session, actor, "parked.listed", mission, count=len(rows))
    return {
        "messages": [_summary(session, row) for row in rows[:PAGE_ROWS]],
        "gaps": [_gap(gap) for gap in gaps],
        "page": page,
        "more": len(rows) > PAGE_ROWS,
    }


def detail(session: Session, actor: Actor, number: int) -> View:
    """One message with its content as far as it is text; the read is recorded. Raises NotFound."""
    row = find(session, number)
    audit.record(session, actor, "parked.read", row.about, parked=number)
    text = "".join(sign if sign.isprintable() else "?" for sign in row.raw[:SHOWN_BYTES].decode(errors="replace"))
    return {
        **_summary(session, row),
        "bytes": len(row.raw),
        "text": text,
        "verdict": row.verdict,
        "verdict_reason": row.verdict_reason,
        "verdict_at": row.verdict_at.isoformat() if row.verdict_at else None,
    }


def find(session: Session, number: int) -> Row[Any]:
    """A message about an application of the session's mission, decided or not. Raises NotFound."""
    row = session.execute(select(parked).where(parked.c.id == number)).one_or_none()
    if row is None or not (row.about or "").startswith(f"{session.info['mission']}-"):
        raise NotFound()
    return row


def _summary(session: Session, row: Row[Any]) -> View:
    return {
        "number": row.id,
        "at": row.at.isoformat(),
        "age_minutes": int((now(session) - row.at).total_seconds() // 60),
        "about": row.about,
        "exchange": row.exchange,
        "routing_key": row.routing_key,
        "reason": row.reason,
        "detail": row.detail,
    }


def _gap(gap: Row[Any]) -> View:
    return {
        "sender": gap.sender,
        "about": gap.about,
        "missing": gap.missing,
        "waiting": gap.waiting,
        "age_minutes": gap.age // 60,
    }
