"""Phases: the window in which an older platform's bookings may be claimed, and how far ahead they must lie."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.bookings.model import Booking, Phase
from shared.catalogue.bulk_actions import PHASE
from shared.database import audit
from shared.database.rows import find_row
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references

REFERENCE_LENGTH = 10


def declare(session: Session, actor: Actor, terms_body: Mapping[str, Any]) -> Phase:
    """A new phase of the session's mission. Raises Invalid with a code per field; a window may not lie in the past."""
    mission = session.info["mission"]
    check_access(actor, "booking.import", mission=mission)
    day = missions.today(session, mission)
    terms = check_questions(PHASE, terms_body, day)
    start, end = date.fromisoformat(terms["window_from"]), date.fromisoformat(terms["window_to"])
    if end < start:
        raise Invalid("window_turned_round", field="window_to")
    if end < day:
        raise Invalid("in_the_past", field="window_to")
    phase = Phase(
        reference=references.new(mission, REFERENCE_LENGTH, "E"),
        mission=mission,
        window_from=start,
        window_to=end,
        lead_days=terms["lead_days"],
        source=terms["law_source"],
        declared_by=actor.id,
        declared_at=func.now(),
    )
    session.add(phase)
    session.flush()
    audit.record(session, actor, "phase.declared", phase.reference)
    return phase


def find(session: Session, reference: object) -> Phase:
    """A phase of the session's mission. Raises NotFound."""
    return find_row(session, Phase, str(reference))


def qualifies_after(phase: Phase) -> date:
    """The day after which a booking may be claimed: the window's end plus the lead days."""
    return phase.window_to + timedelta(days=phase.lead_days)


def list_phases(session: Session) -> list[dict[str, Any]]:
    """The mission's phases, latest first, each with its bookings counted by state."""
    counts: dict[str, dict[str, int]] = {}
    rows = session.execute(select(Booking.phase, Booking.state, func.count()).group_by(Booking.phase, Booking.state))
    for reference, state, count in rows:
        counts.setdefault(reference, {})[state] = int(count)
    day = missions.today(session, session.info["mission"])
    phases = session.scalars(select(Phase).order_by(Phase.window_from.desc(), Phase.reference))
    return [{**serialise(phase, day), "counts": counts.get(phase.reference, {})} for phase in phases]


def serialise(phase: Phase, day: date) -> dict[str, Any]:
    """As the interface shows it; `standing` says whether its window is ahead, open or over."""
    window_state = "ahead" if day < phase.window_from else "over" if day > phase.window_to else "open"
    return {
        "reference": phase.reference,
        "window_from": phase.window_from.isoformat(),
        "window_to": phase.window_to.isoformat(),
        "lead_days": phase.lead_days,
        "qualifies_after": qualifies_after(phase).isoformat(),
        "source": phase.source,
        "standing": window_state,
    }
