"""Lapses unclaimed bookings after the window of their phase, all at once, by two signatures."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.bookings import phases
from services.consular.bookings.model import Booking, BookingImport
from services.consular.notices.model import Notice
from services.consular.notices.rules import BOOKING_FOUND, BOOKING_LAPSED
from services.consular.people.model import Applicant
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor

KIND = "bookings_lapse"
SAMPLE = 10


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms: the phase. Raises NotFound, or Refusal (phase_running) while its window is not over."""
    phase = phases.find(session, terms.get("phase"))
    if missions.today(session, session.info["mission"]) <= phase.window_to:
        raise Refusal("phase_running", day=phase.window_to.isoformat())
    return {"phase": phase.reference, "window_to": phase.window_to.isoformat()}


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The number of bookings that would lapse, and the first few of them. Nothing is written."""
    count = session.scalar(select(func.count()).select_from(Booking).where(*_unclaimed(params))) or 0
    rows = session.scalars(
        select(Booking).where(*_unclaimed(params)).order_by(Booking.booked_for, Booking.reference).limit(SAMPLE)
    )
    sample = [{"reference": row.reference, "booked_for": row.booked_for.isoformat()} for row in rows]
    return {"bookings": count, "sample": sample}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Lapses the bookings in the transaction of the second signature, and notifies the holders who are known."""
    lapsed = session.scalars(
        update(Booking)
        .where(*_unclaimed(proposal.params))
        .values(state="lapsed", changed_at=func.now())
        .returning(Booking.reference)
        .execution_options(synchronize_session=False)
    ).all()
    phase = Booking.phase == proposal.params["phase"]
    notice_count = _notify(session, BOOKING_LAPSED, [phase, Booking.state == "lapsed"], func.jsonb_build_object())
    audit.record(session, actor, "bookings.lapsed", proposal.reference, count=len(lapsed), told=notice_count)
    finish(session, actor, proposal, {"bookings": len(lapsed), "told": notice_count})


def notify_holder(session: Session, actor: Actor, booking_import: BookingImport) -> int:
    """Notifies the holders of imported bookings who have applied at this mission before; returns their number."""
    phase = phases.find(session, booking_import.phase)
    params = func.jsonb_build_object("day", Booking.booked_for, "until", phase.window_to.isoformat())
    notice_count = _notify(
        session, BOOKING_FOUND, [Booking.came_in == booking_import.reference, Booking.state == "open"], params
    )
    audit.record(session, actor, "bookings.told", booking_import.reference, count=notice_count)
    return notice_count


def _notify(session: Session, kind: str, conditions: list[ColumnElement[bool]], params: ColumnElement[Any]) -> int:
    """Creates notices; a booking's national number gives a person only where they have applied at this mission."""
    persons = select(Applicant.national_number, func.max(Applicant.person).label("person"))
    people = persons.group_by(Applicant.national_number).subquery()
    columns = ["mission", "person", "kind", "about", "once", "params", "made_at"]
    query = (
        select(
            Booking.mission,
            people.c.person,
            func.concat(kind),
            Booking.reference,
            func.concat(kind),
            params,
            func.now(),
        )
        .join(people, people.c.national_number == Booking.national_number)
        .where(*conditions)
    )
    statement = insert_once(Notice).from_select(columns, query).on_conflict_do_nothing().returning(Notice.id)
    return len(session.scalars(statement).all())


def _unclaimed(params: Mapping[str, Any]) -> list[ColumnElement[bool]]:
    return [Booking.phase == params["phase"], Booking.state == "open"]
