"""Claims a booking of an older platform by its reference and the claimant's own national number, within the window of
its phase."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.applications import behalf
from services.consular.applications.model import Application
from services.consular.applications.statements import verify_statements
from services.consular.bookings import phases
from services.consular.bookings.model import Booking
from services.consular.bookings.rows import booking_reference
from services.consular.missions import today
from services.consular.workflow import draft
from shared import forms
from shared.catalogue.model import Transaction
from shared.database import audit
from shared.errors import NotFound, Refusal
from shared.identity.actor import Actor
from shared.identity.crypto import Keys


def claim(
    session: Session, actor: Actor, keys: Keys, typed_reference: str, slug: str, statements: Iterable[str]
) -> Application:
    """A draft with the booked day; a repeated claim of the same person returns the same draft.

    An unknown reference, another person's, and another transaction's raise the same NotFound. Raises Refusal
    (phase_not_open, phase_over, booking_early, booking_lapsed) for the holder alone, and what draft.start raises.
    """
    number = _holder_number(keys, forms.transaction(slug), actor, statements)
    booking = _booking(session, typed_reference, slug, number)
    if booking is None:
        raise NotFound("booking_not_found")
    if booking.application is not None:
        return session.get_one(Application, booking.application)
    _check_open(session, booking)
    application = draft.start(session, actor, slug, booking.mission)
    application.booked_for = booking.booked_for
    booking.state, booking.application, booking.changed_at = "claimed", application.reference, func.now()
    session.flush()
    session.refresh(application)
    audit.record(session, actor, "booking.claimed", application.reference, booking=booking.reference)
    return application


def record_miss(session: Session, actor: Actor) -> None:
    """Records a failed claim, in a separate transaction."""
    audit.record(session, actor, "booking.not_found", actor.person or "")


def _holder_number(keys: Keys, entry: Transaction, actor: Actor, statements: Iterable[str]) -> str:
    facts: Mapping[str, Any] = verify_statements(
        keys, entry, behalf.self_representation(actor.person or "", entry.slug), statements
    )["civil_registry"]
    number = facts.get("national_number")
    if not number:
        raise Refusal("statement_incomplete", authority="civil_registry")
    return str(number)


def _booking(session: Session, typed_reference: str, slug: str, number: str) -> Booking | None:
    return session.scalar(
        select(Booking)
        .where(
            Booking.reference == (booking_reference(typed_reference) or ""),
            Booking.national_number == number,
            Booking.transaction == slug,
        )
        .with_for_update()
    )


def _check_open(session: Session, booking: Booking) -> None:
    window, day = phases.find(session, booking.phase), today(session, booking.mission)
    if booking.state == "early":
        raise Refusal("booking_early", day=_plain(phases.qualifies_after(window)))
    if booking.state == "lapsed":
        raise Refusal("booking_lapsed")
    if day < window.window_from:
        raise Refusal("phase_not_open", day=_plain(window.window_from))
    if day > window.window_to:
        raise Refusal("phase_over", day=_plain(window.window_to))


def _plain(day: date) -> str:
    return day.isoformat()
