"""Calls tickets to counters and ends them. Two officers never call one person, and nobody has two at a counter."""

from datetime import date

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.consular.appointments.hall.model import Ticket
from services.consular.appointments.hall.rules import (
    CALLS,
    FROM,
    MAX_COUNTER,
    PARK_REASONS,
    TicketState,
)
from shared.database import audit
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.reasons import check_choice


def call_next(session: Session, actor: Actor, day: date, counter: int) -> Ticket | None:
    """Calls who is next to a counter; None when nobody waits. Who has priority is called before all others.

    A ticket that another officer is calling at this instant is skipped, not waited for. Raises Invalid
    (hall_counter), Conflict (hall_busy) while the officer or the counter still has somebody.
    """
    _check_counter(counter)
    waiting = (
        select(Ticket.id)
        .where(Ticket.mission == actor.mission, Ticket.day == day, Ticket.state == TicketState.WAITING)
        .order_by(Ticket.priority.is_(None), Ticket.competes_at, Ticket.number)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return _call(session, actor, counter, Ticket.id == waiting.scalar_subquery())


def call_number(session: Session, actor: Actor, day: date, counter: int, number: int) -> Ticket:
    """Calls a number out of turn: somebody who is back, or whom the officer has a reason to see.

    Raises Invalid (hall_counter), NotFound, Conflict (hall_busy; hall_taken when the number is no longer free).
    """
    _check_counter(counter)
    ticket = _load(session, actor, day, number)
    if ticket.state not in FROM[TicketState.CALLED]:
        raise Conflict("hall_taken", number=number)
    called = _call(session, actor, counter, Ticket.id == ticket.id, Ticket.state.in_(FROM[TicketState.CALLED]))
    if called is None:
        raise Conflict("hall_taken", number=number)
    return called


def _call(session: Session, actor: Actor, counter: int, *which: ColumnElement[bool]) -> Ticket | None:
    values = {
        "state": TicketState.CALLED,
        "counter": counter,
        "officer": actor.id,
        "calls": Ticket.calls + 1,
        "called_at": func.now(),
        "reason": None,
    }
    try:
        with session.begin_nested():
            ticket: Ticket | None = session.scalar(
                update(Ticket)
                .where(*which)
                .values(values)
                .returning(Ticket)
                .execution_options(synchronize_session=False, populate_existing=True)
            )
    except IntegrityError as error:
        # One ticket at a time for an officer and for a counter, by unique indexes.
        raise Conflict("hall_busy") from error
    if ticket is not None:
        audit.record(session, actor, "hall.called", ticket.application, counter=counter, number=ticket.number)
    return ticket


def repeat(session: Session, actor: Actor, day: date, number: int) -> Ticket:
    """Calls the officer's own number once more. Raises NotFound, Conflict (hall_not_yours)."""
    return _change(
        session, actor, day, number, (TicketState.CALLED,), calls=Ticket.calls + 1, called_at=func.clock_timestamp()
    )


def begin(session: Session, actor: Actor, day: date, number: int) -> Ticket:
    """The person has come to the counter. Raises NotFound, Conflict (hall_not_yours)."""
    return _enter(session, actor, day, number, TicketState.SERVING, served_at=func.now())


def miss(session: Session, actor: Actor, day: date, number: int) -> Ticket:
    """Nobody came. The number can be called again when the person is back.

    Raises NotFound, Conflict (hall_not_yours; hall_call_again before it was called as often as the rule says).
    """
    ticket = _load(session, actor, day, number)
    if ticket.state == TicketState.CALLED and ticket.officer == actor.id and ticket.calls < CALLS:
        raise Conflict("hall_call_again")
    return _enter(session, actor, day, number, TicketState.MISSED)


def park(session: Session, actor: Actor, day: date, number: int, reason: str) -> Ticket:
    """The person fetches something and keeps their number. Raises Invalid, NotFound, Conflict (hall_not_yours)."""
    check_choice(reason, PARK_REASONS, "reason")
    return _enter(session, actor, day, number, TicketState.PARKED, reason=reason)


def finish(session: Session, actor: Actor, day: date, number: int) -> Ticket:
    """The person leaves. Raises NotFound, Conflict (hall_not_yours)."""
    return _enter(session, actor, day, number, TicketState.DONE, ended_at=func.now())


def _enter(session: Session, actor: Actor, day: date, number: int, state: TicketState, **values: object) -> Ticket:
    return _change(session, actor, day, number, FROM[state], state=state, **values)


def _change(
    session: Session, actor: Actor, day: date, number: int, states: tuple[TicketState, ...], **values: object
) -> Ticket:
    """Changes a ticket that is at the officer's own counter."""
    ticket = _load(session, actor, day, number)
    own = Ticket.id == ticket.id, Ticket.officer == actor.id, Ticket.state.in_(states)
    changed = change_row(session, Ticket, *own, **values)
    if changed is None:
        raise Conflict("hall_not_yours")
    audit.record(session, actor, f"hall.{changed.state}", changed.application, number=number)
    return changed


def _load(session: Session, actor: Actor, day: date, number: int) -> Ticket:
    of_day = Ticket.mission == actor.mission, Ticket.day == day, Ticket.number == number
    ticket = session.scalar(select(Ticket).where(*of_day))
    if ticket is None:
        raise NotFound()
    return ticket


def _check_counter(counter: int) -> None:
    if not 1 <= counter <= MAX_COUNTER:
        raise Invalid("hall_counter", field="counter")
