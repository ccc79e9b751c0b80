"""Closes a draw: publishes who takes part, under anonymous tickets, before the beacon exists."""

from collections import Counter

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.appointments.lottery.model import (
    ANNOUNCED,
    CLOSED,
    DRAWN,
    ENTERED,
    GRANTED,
    LOST,
    Draw,
    Intention,
    IntentionMember,
)
from services.consular.appointments.lottery.publish import file_of, publish
from services.consular.appointments.lottery.rules.draw import Entry
from services.consular.appointments.lottery.rules.files import ANNOUNCEMENT, ENTRIES, write_entries
from shared.database import audit, db
from shared.database.rows import change_row
from shared.identity.actor import Actor


def close_due(session: Session, actor: Actor) -> int:
    """Closes the draws of the session's mission whose time is over; returns their number."""
    due = select(Draw.code).where(Draw.state == ANNOUNCED, Draw.closes_at <= func.now())
    codes = list(session.scalars(due))
    for code in codes:
        close(session, actor, code)
    return len(codes)


def close(session: Session, actor: Actor, code: str) -> Draw | None:
    """Publishes the entries of a draw; None where it is closed already."""
    over = Draw.closes_at <= db.now(session)
    draw = change_row(session, Draw, Draw.code == code, Draw.state == ANNOUNCED, over, state=CLOSED)
    if draw is None:
        return None
    intentions = list(
        session.scalars(
            select(Intention)
            .where(Intention.draw == code, Intention.state == ENTERED)
            .execution_options(populate_existing=True)
        )
    )
    losses = draws_lost(session, draw)
    entries = []
    for intention in intentions:
        intention.lost = losses[intention.code]
        entries.append(_entry(intention, draw))
    session.flush()
    announcement = file_of(session, code, ANNOUNCEMENT).decode()
    publish(session, draw, ENTRIES, write_entries(announcement, entries).encode())
    audit.record(session, actor, "draw.closed", code, entries=len(entries))
    return draw


def _entry(intention: Intention, draw: Draw) -> Entry:
    first_day, last_day = max(intention.first_day, draw.first_day), min(intention.last_day, draw.last_day)
    return Entry(
        intention.ticket,
        intention.people,
        intention.lost or 0,
        bool(intention.urgent),
        first_day.isoformat(),
        last_day.isoformat(),
    )


def draws_lost(session: Session, draw: Draw) -> Counter[str]:
    """How many draws of this service each household has lost since one of it was last given a seat.

    What counts is the person of the household who has lost most often: waiting is counted in draws, never in minutes.
    """
    here = select(IntentionMember.intention, IntentionMember.person).where(
        IntentionMember.draw == draw.code, IntentionMember.live
    )
    people = list(session.execute(here))
    earlier = (
        select(IntentionMember.person, Intention.state)
        .join(Intention, Intention.code == IntentionMember.intention)
        .join(Draw, Draw.code == Intention.draw)
        .where(
            Draw.service == draw.service,
            Draw.state == DRAWN,
            Intention.state.in_((GRANTED, LOST)),
            IntentionMember.person.in_({row.person for row in people}),
        )
        .order_by(Draw.drawn_at)
    )
    by_person: Counter[str] = Counter()
    for row in session.execute(earlier):
        by_person[row.person] = by_person[row.person] + 1 if row.state == LOST else 0
    losses: Counter[str] = Counter()
    for row in people:
        losses[row.intention] = max(losses[row.intention], by_person[row.person])
    return losses
