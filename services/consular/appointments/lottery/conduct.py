"""Draws: publishes the ranked list, and says which household was given which seats."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.appointments.lottery.model import (
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
from services.consular.appointments.lottery.rules.files import (
    ANNOUNCEMENT,
    BEACON,
    ENTRIES,
    RESULT,
    read_announcement,
    write_result,
)
from services.consular.appointments.reserved.model import ReservedSeat
from shared.database import audit, db
from shared.database.rows import change_row
from shared.identity.actor import Actor


@dataclass(frozen=True)
class Grant:
    """The seat that one application of a household was given."""

    application: str
    document: str
    starts_at: datetime


@dataclass(frozen=True)
class Outcome:
    """What a draw meant for a household: its grants, or none."""

    intention: Intention
    members: tuple[IntentionMember, ...]
    grants: tuple[Grant, ...]


def due_beacons(session: Session) -> dict[str, str]:
    """The addresses of the beacons of the draws that are due, by draw."""
    due = select(Draw.code).where(Draw.state == CLOSED, Draw.draws_at <= func.now())
    return {
        code: read_announcement(file_of(session, code, ANNOUNCEMENT).decode()).beacon for code in session.scalars(due)
    }


def conduct(session: Session, actor: Actor, code: str, beacon: bytes) -> list[Outcome]:
    """Draws, publishes the beacon and the result, and frees the draw's seats for those who were given them.

    Nothing is left to choose: seed, entries and beacon decide. An empty list where it is not due or was drawn already.
    """
    due = Draw.draws_at <= db.now(session)
    columns = {"state": DRAWN, "drawn_at": db.now(session)}
    draw = change_row(session, Draw, Draw.code == code, Draw.state == CLOSED, due, **columns)
    if draw is None:
        return []
    announcement, entries = (file_of(session, code, name).decode() for name in (ANNOUNCEMENT, ENTRIES))
    result = write_result(announcement, entries, beacon, draw.seed)
    publish(session, draw, BEACON, beacon)
    publish(session, draw, RESULT, result.encode())
    outcomes = list(_outcomes(session, draw, result))
    session.execute(
        update(ReservedSeat).where(ReservedSeat.draw == code).values(draw=None, rests_until=db.now(session))
    )
    audit.record(session, actor, "draw.drawn", code, entries=len(outcomes))
    return outcomes


def _outcomes(session: Session, draw: Draw, result: str) -> list[Outcome]:
    intentions = {
        row.ticket: row
        for row in session.scalars(select(Intention).where(Intention.draw == draw.code, Intention.state == ENTERED))
    }
    members: dict[str, list[IntentionMember]] = {}
    of_draw = select(IntentionMember).where(IntentionMember.draw == draw.code, IntentionMember.live)
    for member in session.scalars(of_draw.order_by(IntentionMember.application)):
        members.setdefault(member.intention, []).append(member)
    outcomes = []
    for line in result.splitlines():
        if line.startswith("rank "):
            _, rank, ticket, _, seating = line.split(" ")
            intention = intentions[ticket]
            household = tuple(members.get(intention.code, ()))
            intention.rank, intention.state = int(rank), GRANTED if seating != "-" else LOST
            outcomes.append(Outcome(intention, household, tuple(_grants(household, seating))))
    session.flush()
    return outcomes


def _grants(household: tuple[IntentionMember, ...], seating: str) -> list[Grant]:
    instants: list[datetime] = []
    if seating != "-":
        for part in seating.split(","):
            starts_at, people = part.split("*")
            instants += [datetime.fromisoformat(starts_at)] * int(people)
    pairs = zip(household, instants, strict=False)
    return [Grant(member.application, member.document, starts_at) for member, starts_at in pairs]
