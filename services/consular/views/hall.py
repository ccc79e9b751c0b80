"""The waiting hall: as the public screen shows it, and as an officer at a counter sees it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.hall.model import Ticket
from services.consular.appointments.hall.rules import AT_COUNTER, TicketState
from services.consular.people import snapshot
from services.consular.people.model import Applicant
from shared.database import audit, db
from shared.identity.actor import Actor

# The numbers on the screen, the last called first; and the rows of an officer's lists.
SHOWN, LISTED = 8, 200


def screen(session: Session, mission: str) -> dict[str, Any]:
    """The numbers at the counters now, and how many wait. Nobody's name, and no file."""
    of_day = Ticket.mission == mission, Ticket.day == missions.today(session, mission)
    called = session.execute(
        select(Ticket.number, Ticket.counter, Ticket.state, Ticket.calls, Ticket.called_at)
        .where(*of_day, Ticket.state.in_(AT_COUNTER))
        .order_by(Ticket.called_at.desc())
        .limit(SHOWN)
    ).all()
    waiting = session.scalar(select(func.count()).where(*of_day, Ticket.state == TicketState.WAITING))
    return {
        "mission": mission,
        "waiting": waiting,
        "called": [
            {"number": row.number, "counter": row.counter, "state": row.state, "calls": row.calls} for row in called
        ],
    }


def hall(session: Session, actor: Actor) -> dict[str, Any]:
    """The day's tickets that have not ended, and the one at the officer's own counter. The read is recorded."""
    mission = actor.mission or ""
    day = missions.today(session, mission)
    now = db.now(session)
    rows = session.execute(
        select(Ticket, Applicant)
        .outerjoin(Applicant, Applicant.application == Ticket.application)
        .where(Ticket.mission == mission, Ticket.day == day, Ticket.state != TicketState.DONE)
        .order_by(Ticket.priority.is_(None), Ticket.competes_at, Ticket.number)
        .limit(LISTED)
    ).all()
    at_counter = next((row for row in rows if row[0].officer == actor.id and row[0].state in AT_COUNTER), None)
    audit.record(session, actor, "hall.listed", mission, rows=len(rows))
    return {
        "at_counter": _at_counter(*at_counter) if at_counter else None,
        "counter": _last_counter(session, actor, day),
        "day": day.isoformat(),
        **{
            state.value: [_row(ticket, now) for ticket, _ in rows if ticket.state == state]
            for state in TicketState
            if state is not TicketState.DONE
        },
    }


def _row(ticket: Ticket, now: datetime) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "reference": ticket.application,
        "service": ticket.service,
        "persons": ticket.persons,
        "priority": ticket.priority,
        "starts_at": ticket.starts_at.isoformat() if ticket.starts_at else None,
        "arrived_at": ticket.arrived_at.isoformat(),
        "minutes": max(0, int((now - ticket.arrived_at).total_seconds() // 60)),
        "counter": ticket.counter,
        "calls": ticket.calls,
        "reason": ticket.reason,
    }


def _at_counter(ticket: Ticket, applicant: Applicant | None) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "reference": ticket.application,
        "service": ticket.service,
        "persons": ticket.persons,
        "state": ticket.state,
        "calls": ticket.calls,
        "counter": ticket.counter,
        "applicant": {"name": snapshot.printed_name(applicant) if applicant else None},
    }


def _last_counter(session: Session, actor: Actor, day: date) -> int | None:
    """The counter at which the officer was last today."""
    mine = Ticket.mission == actor.mission, Ticket.day == day, Ticket.officer == actor.id
    return session.scalar(select(Ticket.counter).where(*mine).order_by(Ticket.called_at.desc()).limit(1))


def ticket_view(session: Session, ticket: Ticket) -> dict[str, Any]:
    """A ticket as the gate prints it: its number, and how many have their turn before it."""
    before = session.scalar(
        select(func.count()).where(
            Ticket.mission == ticket.mission,
            Ticket.day == ticket.day,
            Ticket.state == TicketState.WAITING,
            Ticket.competes_at < ticket.competes_at,
        )
    )
    return {
        "number": ticket.number,
        "reference": ticket.application,
        "service": ticket.service,
        "persons": ticket.persons,
        "state": ticket.state,
        "starts_at": ticket.starts_at.isoformat() if ticket.starts_at else None,
        "before": before if ticket.state == TicketState.WAITING else 0,
    }
