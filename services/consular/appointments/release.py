"""Gives a seat back: in good time at no cost, late at that of the month's share, and never after its hour."""

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.appointments import rules
from services.consular.appointments.model import Turn
from services.consular.appointments.rules import LIVE, TurnState
from services.consular.missions import calendar
from services.consular.missions.model import TurnRule
from shared.database import audit, db
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor


def is_late(session: Session, turn: Turn, rule: TurnRule) -> bool:
    """Whether the free time for changing this turn is over."""
    return rules.is_late(turn.starts_at, db.now(session), rule.free_hours)


def cancel(session: Session, actor: Actor, application: str) -> Turn:
    """Cancels the booked turn; its seat is free at once. Raises NotFound, or Conflict (turn_begun) after its hour."""
    turn = session.scalar(
        select(Turn).where(Turn.application == application, Turn.state == TurnState.BOOKED).with_for_update()
    )
    if turn is None:
        raise NotFound("turn_missing")
    if turn.starts_at <= db.now(session):
        raise Conflict("turn_begun")
    late = is_late(session, turn, calendar.rule(session, turn.mission, turn.service))
    leave(session, turn, TurnState.CANCELLED_LATE if late else TurnState.CANCELLED)
    audit.record(session, actor, "turn.cancelled", application, late=late)
    return turn


def let_go(session: Session, actor: Actor, application: str) -> None:
    """Frees whatever seat an application has that has come to its end; nothing where it has none."""
    for turn in session.scalars(
        select(Turn).where(Turn.application == application, Turn.state.in_(LIVE)).with_for_update()
    ):
        leave(session, turn, TurnState.RELEASED if turn.state == TurnState.HELD else TurnState.CANCELLED)
        audit.record(session, actor, "turn.released", application)


def leave(session: Session, turn: Turn, state: TurnState) -> None:
    """Puts a turn into a state in which it sits nowhere. Raises Conflict when somebody was faster."""
    changed = session.scalar(
        update(Turn)
        .where(Turn.id == turn.id, Turn.state == turn.state)
        .values(state=state, changed_at=func.now())
        .returning(Turn.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise Conflict("turn_changed")
    session.refresh(turn)
