"""Draws and releases as everybody sees them, and what an applicant's file has in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.rules import VISITING, Status
from services.consular.applications.transitions import find
from services.consular.appointments.file_first.line import expected, line
from services.consular.appointments.lottery.enter import entered_of
from services.consular.appointments.lottery.model import ANNOUNCED, DRAWN, ENTERED, Draw, Intention
from services.consular.appointments.lottery.publish import file_of, names_of
from services.consular.appointments.lottery.rules.files import ANNOUNCEMENT, read_announcement
from services.consular.appointments.reserved import rules
from services.consular.appointments.reserved.model import ReservedSeat
from services.consular.appointments.reserved.seat_rules import seat_rule
from services.consular.appointments.waiting_list.confirm import confirmation_of
from services.consular.appointments.waiting_list.join import entry_of
from services.consular.appointments.waiting_list.model import WAITING, WaitingEntry
from services.consular.missions import calendar
from services.consular.workflow.fulfilment import fulfilment_of
from shared import forms
from shared.database import audit, db
from shared.errors import NotFound
from shared.identity.actor import Actor

View = dict[str, Any]
# Shown draws: those to come and the latest ones that were drawn.
LIST_LENGTH, RELEASES = 30, 5
LONGEST_LINE = 500
# What a draw is called between its times.
STATES = ("announced", "open", "closed", "late", "drawn")


def draw_view(session: Session, draw: Draw) -> View:
    """A draw without its secret."""
    instants = {name: getattr(draw, name).isoformat() for name in ("opens_at", "closes_at", "draws_at")}
    return {
        "code": draw.code,
        "mission": draw.mission,
        "service": draw.service,
        "first_day": draw.first_day.isoformat(),
        "last_day": draw.last_day.isoformat(),
        **instants,
        "seats": draw.seats,
        "state": _state(draw, db.now(session)),
    }


def _state(draw: Draw, now: datetime) -> str:
    if draw.state == DRAWN:
        return "drawn"
    if now >= draw.draws_at:
        return "late"
    if now >= draw.closes_at or draw.state != ANNOUNCED:
        return "closed"
    return "open" if now >= draw.opens_at else "announced"


def detail(session: Session, code: str) -> View:
    """A draw with what was promised before it opened, and the names of its published files. Raises NotFound."""
    draw = session.get(Draw, code)
    if draw is None:
        raise NotFound()
    promised = read_announcement(file_of(session, code, ANNOUNCEMENT).decode())
    weights = promised.weights
    return {
        **draw_view(session, draw),
        "commitment": promised.commitment,
        "beacon": promised.beacon,
        "weights": {"lost": weights.per_lost, "lost_most": weights.most_lost, "urgent": weights.urgent},
        "files": names_of(session, code),
    }


def calendar_of(session: Session, mission: str) -> View:
    """The published calendar: draws to come and drawn, and for each service the next releases of freed seats."""
    draws = session.scalars(
        select(Draw).where(Draw.mission == mission).order_by(Draw.draws_at.desc()).limit(LIST_LENGTH)
    )
    return {
        "mission": mission,
        "zone": missions.find(session, mission).zone,
        "draws": [draw_view(session, draw) for draw in draws],
        "releases": [_releases(session, mission, service) for service in calendar.services(session, mission)],
    }


def _releases(session: Session, mission: str, service: str) -> View:
    rule, zone = seat_rule(session, mission, service), missions.find(session, mission).zone
    resting = (
        select(func.count())
        .select_from(ReservedSeat)
        .where(
            ReservedSeat.mission == mission,
            ReservedSeat.service == service,
            ReservedSeat.draw.is_(None),
            ReservedSeat.application.is_(None),
            ReservedSeat.starts_at > func.now() + rules.LEAST_NOTICE,
        )
    )
    waiting = (
        select(func.count())
        .select_from(WaitingEntry)
        .where(WaitingEntry.mission == mission, WaitingEntry.service == service, WaitingEntry.state == WAITING)
    )
    instants = rules.releases(db.now(session), rule.release_at, zone, RELEASES)
    return {
        "service": service,
        "rule": rule.serialise(),
        "at": [instant.isoformat() for instant in instants],
        "seats": session.scalar(resting) or 0,
        "waiting": session.scalar(waiting) or 0,
        "line": _published_line(session, mission, service),
    }


def chances(session: Session, actor: Actor, reference: str) -> View:
    """All ways to a seat that an application has: draws, the waiting list, an offer, the confirmation of a booking."""
    application = find(session, actor, "application.read", reference)
    audit.record(session, actor, "application.read", reference)
    entry = forms.transaction(application.transaction)
    service = fulfilment_of(application).attendance.service(entry, application.answers)
    if not service:
        return {"reference": reference, "mission": application.mission, "service": None}
    confirmation, waiting = confirmation_of(session, reference), entry_of(session, reference)
    offered = session.scalar(
        select(ReservedSeat).where(ReservedSeat.application == reference, ReservedSeat.offered_until > func.now())
    )
    to_come = session.scalars(
        select(Draw)
        .where(Draw.mission == application.mission, Draw.service == service, Draw.state != DRAWN)
        .order_by(Draw.draws_at)
    )
    return {
        "reference": reference,
        "mission": application.mission,
        "service": service,
        "releases": _releases(session, application.mission, service),
        "place": _place(session, waiting) if waiting else None,
        "draws": [draw_view(session, draw) for draw in to_come],
        "entered": [
            {**intention.serialise(), "draw": draw_view(session, draw)}
            for intention, draw in entered_of(session, reference)
        ],
        "household": _household(session, actor, application, service),
        "waiting": waiting.serialise() if waiting else None,
        "offer": {"starts_at": offered.starts_at.isoformat(), "until": str(offered.offered_until.isoformat())}
        if offered and offered.offered_until
        else None,
        "asked": {"confirmed": confirmation.confirmed_at is not None} if confirmation else None,
    }


def _place(session: Session, entry: WaitingEntry) -> View | None:
    """Where a file stands in a line of files, and when its time may come; None outside such lines."""
    if seat_rule(session, entry.mission, entry.service).mode != rules.FILE or entry.state != WAITING:
        return None
    codes = [each.code for each in line(session, entry.mission, entry.service)]
    position = codes.index(entry.code) + 1
    when = expected(session, entry.mission, entry.service, position)
    return {"position": position, "of": len(codes), "when": when.serialise() if when else None}


def _published_line(session: Session, mission: str, service: str) -> list[View]:
    """Who stands where, under the number that only its owner knows."""
    if seat_rule(session, mission, service).mode != rules.FILE:
        return []
    shown = line(session, mission, service)[:LONGEST_LINE]
    return [{"code": each.code, "since": each.joined_on.isoformat()} for each in shown]


def _household(session: Session, actor: Actor, application: Application, service: str) -> list[View]:
    """The actor's other files of this service at this mission: people who may come together."""
    own = (Application.person == actor.person) | (Application.acting == actor.person)
    rows = session.scalars(
        select(Application)
        .where(Application.mission == application.mission, own, Application.reference != application.reference)
        .where(Application.status.in_((Status.DRAFT, *VISITING)))
        .order_by(Application.reference)
    )
    return [
        {"reference": row.reference, "transaction": row.transaction}
        for row in rows
        if fulfilment_of(row).attendance.service(forms.transaction(row.transaction), row.answers) == service
    ]


def desk_view(session: Session, actor: Actor) -> View:
    """What the desk has to do with draws: the calendar, and the urgency that was asked for."""
    mission = actor.mission or ""
    asked = session.execute(
        select(Intention, Draw)
        .join(Draw, Draw.code == Intention.draw)
        .where(Draw.mission == mission, Draw.state == ANNOUNCED, Draw.closes_at > func.now())
        .where(Intention.state == ENTERED, Intention.urgent_reason.is_not(None))
        .order_by(Intention.ticket)
    )
    audit.record(session, actor, "draw.read", mission)
    return {
        **calendar_of(session, mission),
        "services": calendar.services(session, mission),
        "urgent": [
            {
                "code": intention.code,
                "ticket": intention.ticket,
                "draw": draw.code,
                "people": intention.people,
                "reason": intention.urgent_reason,
                "judged": intention.urgent_by is not None,
                "urgent": intention.urgent,
            }
            for intention, draw in asked
        ],
    }
