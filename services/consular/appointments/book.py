"""Makes a held seat one's own, and changes it for another without ever standing there with neither."""

import uuid
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.appointments import openings, release
from services.consular.appointments.hold import Booker, hold
from services.consular.appointments.model import Turn
from services.consular.appointments.rules import LIVE, TurnState
from services.consular.missions import calendar
from shared.database import audit, db
from shared.errors import Conflict, NotFound, Refusal
from shared.identity.actor import Actor


def latest(session: Session, application: str) -> Turn | None:
    """The turn of an application: the live one, else the one it had last."""
    return session.scalar(
        select(Turn)
        .where(Turn.application == application)
        .order_by(Turn.state.in_(LIVE).desc(), Turn.changed_at.desc(), Turn.made_at.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def is_held(session: Session, turn: Turn) -> bool:
    """Whether the hold still runs, by the database's clock."""
    return turn.state == TurnState.HELD and turn.held_until is not None and turn.held_until > db.now(session)


def confirm(session: Session, actor: Actor, booker: Booker) -> Turn:
    """Books what is held for the application, bound from now on to the document of the booker.

    Raises Refusal (turn_missing, turn_other_service) when nothing fitting was ever held, Conflict (hold_expired, with
    the next free times) when it was and no longer is.
    """
    turn = session.scalar(
        update(Turn)
        .where(
            Turn.application == booker.application,
            Turn.service == booker.service,
            Turn.state == TurnState.HELD,
            Turn.held_until > func.now(),
        )
        .values(state=TurnState.BOOKED, document=booker.document, changed_at=func.now())
        .returning(Turn)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    if turn is None:
        raise _why_not(session, booker)
    audit.record(session, actor, "turn.booked", booker.application, starts_at=turn.starts_at.isoformat())
    return turn


def _why_not(session: Session, booker: Booker) -> Refusal:
    last = latest(session, booker.application)
    if last is None:
        return Refusal("turn_missing")
    if last.state == TurnState.BOOKED:
        return Conflict("turn_booked_already")
    if last.service != booker.service:
        return Refusal("turn_other_service")
    return Conflict("hold_expired", next=openings.next_free(session, booker.mission, booker.service, last.starts_at))


def booked(session: Session, application: str) -> Turn:
    """The booked turn of an application, held until the commit. Raises NotFound."""
    turn = session.scalar(
        select(Turn)
        .where(Turn.application == application, Turn.state == TurnState.BOOKED)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if turn is None:
        raise NotFound("turn_missing")
    return turn


def exchange(session: Session, actor: Actor, booker: Booker, starts_at: datetime) -> Turn:
    """The same application's turn at another time: the old seat is given up only if the new one is had.

    Raises what `hold` raises, and Conflict (turn_begun, turn_move_late) when it is too late to change it.
    """
    old = booked(session, booker.application)
    if old.starts_at <= db.now(session):
        raise Conflict("turn_begun")
    rule = calendar.rule(session, old.mission, old.service)
    if release.is_late(session, old, rule):
        raise Conflict("turn_move_late", n=rule.free_hours)
    release.leave(session, old, TurnState.MOVED)
    hold(session, actor, booker, starts_at)
    return confirm(session, actor, booker)


def keep_slip(session: Session, turn: uuid.UUID, code: str) -> None:
    """Notes which slip was issued for a turn."""
    session.execute(
        update(Turn).where(Turn.id == turn).values(slip=code).execution_options(synchronize_session="fetch")
    )
