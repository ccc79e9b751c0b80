"""Takes part in a draw, or no longer: a household under one anonymous ticket, each person and each document once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.consular.appointments.booking.hold import Booker
from services.consular.appointments.lottery.model import ANNOUNCED, ENTERED, WITHDRAWN, Draw, Intention, IntentionMember
from services.consular.appointments.model import Appointment
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.rules import AppointmentState
from shared.database import audit, db
from shared.database.rows import change_row, find_row
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.identity.actor import Actor
from shared.reasons import optional_text
from shared.values import references

URGENT_REASONS = ("medical", "death_in_family", "residence_ends", "travel", "child")
TICKET_MARK, INTENTION_MARK = "T", "Q"
EVIDENCE_LENGTH = 200


@dataclass(frozen=True)
class Wish:
    """What a household wishes: the days on which all of it can come, whether it waits on, and why it is urgent."""

    first_day: date
    last_day: date
    on_list: bool
    urgent_reason: str = ""


def find_draw(session: Session, code: str) -> Draw:
    """A draw. Raises NotFound."""
    return find_row(session, Draw, code)


def enter(session: Session, actor: Actor, draw: Draw, bookers: Sequence[Booker], wish: Wish) -> Intention:
    """Takes part with one application or, as a household, with several.

    Raises Conflict (draw_not_open, draw_entered_already, turn_booked_already), Refusal (turn_other_service,
    household_too_large), Invalid with a code per field.
    """
    _check_open(session, draw)
    _check_wish(draw, wish)
    largest = seat_rule(session, draw.mission, draw.service).largest_household
    if len(bookers) > largest:
        raise Refusal("household_too_large", n=largest)
    if any((booker.mission, booker.service) != (draw.mission, draw.service) for booker in bookers):
        raise Refusal("turn_other_service")
    _check_none_booked(session, bookers)
    intention = _intention(session, actor, draw, len(bookers), wish)
    members = [_member(draw, intention, booker) for booker in bookers]
    try:
        with session.begin_nested():
            session.add(intention)
            session.flush()
            session.add_all(members)
    except IntegrityError as error:
        raise Conflict("draw_entered_already") from error
    audit.record(session, actor, "draw.entered", intention.code, people=len(bookers))
    return intention


def _intention(session: Session, actor: Actor, draw: Draw, people: int, wish: Wish) -> Intention:
    return Intention(
        code=references.new(draw.mission, references.APPLICATION_LENGTH, INTENTION_MARK),
        mission=draw.mission,
        draw=draw.code,
        ticket=references.new(draw.mission, references.APPLICATION_LENGTH, TICKET_MARK),
        person=actor.person,
        account=actor.id,
        state=ENTERED,
        people=people,
        first_day=wish.first_day,
        last_day=wish.last_day,
        on_list=wish.on_list,
        urgent_reason=wish.urgent_reason or None,
        urgent=False,
        entered_at=db.now(session),
    )


def _member(draw: Draw, intention: Intention, booker: Booker) -> IntentionMember:
    return IntentionMember(
        intention=intention.code,
        application=booker.application,
        mission=draw.mission,
        draw=draw.code,
        person=booker.person,
        document=booker.document,
        live=True,
    )


def _check_open(session: Session, draw: Draw) -> None:
    now = db.now(session)
    if draw.state != ANNOUNCED or not draw.opens_at <= now < draw.closes_at:
        raise Conflict("draw_not_open")


def _check_wish(draw: Draw, wish: Wish) -> None:
    errors = {}
    if wish.last_day < wish.first_day:
        errors["last_day"] = "ends_before_it_begins"
    elif wish.first_day > draw.last_day or wish.last_day < draw.first_day:
        errors["first_day"] = "draw_day_outside"
    if wish.urgent_reason and wish.urgent_reason not in URGENT_REASONS:
        errors["urgent_reason"] = "unknown_choice"
    if errors:
        raise Invalid("invalid", errors=errors)


def _check_none_booked(session: Session, bookers: Sequence[Booker]) -> None:
    references_ = [booker.application for booker in bookers]
    booked = Appointment.application.in_(references_), Appointment.state == AppointmentState.BOOKED
    if session.scalar(select(Appointment.id).where(*booked).limit(1)) is not None:
        raise Conflict("turn_booked_already")


def withdraw(session: Session, actor: Actor, code: str) -> Intention:
    """Takes a household out of a draw that is still open. Raises NotFound for another's, Conflict (draw_not_open)."""
    intention = session.get(Intention, code)
    if intention is None or actor.person is None or intention.person != actor.person:
        raise NotFound()
    _check_open(session, find_draw(session, intention.draw))
    withdrawn = change_row(session, Intention, Intention.code == code, Intention.state == ENTERED, state=WITHDRAWN)
    if withdrawn is None:
        raise Conflict("draw_not_open")
    session.execute(update(IntentionMember).where(IntentionMember.intention == code).values(live=False))
    audit.record(session, actor, "draw.left", code)
    return withdrawn


def judge_urgency(session: Session, actor: Actor, code: str, evidence: str, *, accepted: bool) -> Intention:
    """Confirms with the evidence seen, or denies, that a household is in a hurry; until the draw closes.

    Raises NotFound, Invalid without evidence, Conflict (draw_not_open, draw_not_urgent) for one that asked for nothing.
    """
    intention = find_row(session, Intention, code)
    _check_open(session, find_draw(session, intention.draw))
    clean = optional_text(evidence, EVIDENCE_LENGTH, "evidence")
    if accepted and clean is None:
        raise Invalid("required", field="evidence")
    judged = change_row(
        session,
        Intention,
        Intention.code == code,
        Intention.state == ENTERED,
        Intention.urgent_reason.is_not(None),
        urgent=accepted,
        urgent_by=actor.id,
        urgent_evidence=clean,
    )
    if judged is None:
        raise Conflict("draw_not_urgent")
    audit.record(session, actor, "draw.urgency", code, reason=judged.urgent_reason, accepted=accepted)
    return judged


def entered_of(session: Session, application: str) -> list[tuple[Intention, Draw]]:
    """The draws in which an application takes or took part, the latest first."""
    rows = session.execute(
        select(Intention, Draw)
        .join(Draw, Draw.code == Intention.draw)
        .join(IntentionMember, IntentionMember.intention == Intention.code)
        .where(IntentionMember.application == application)
        .order_by(Intention.entered_at.desc())
    )
    return [(row[0], row[1]) for row in rows]
