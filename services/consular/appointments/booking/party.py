"""Seats of a family: whoever comes with others takes a seat for each, at one time and at those right after it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.appointments.model import Appointment
from services.consular.appointments.rules import Slot, free_seat
from shared.database.rows import table_of


@dataclass(frozen=True)
class Place:
    """A seat at a time."""

    slot: Slot
    seat: int


def seats_for(slots: Sequence[Slot], first: Slot, taken: Mapping[datetime, set[int]], persons: int) -> list[Place]:
    """The lowest free seats for all persons from the first time on, without a gap; empty where they do not fit."""
    found: list[Place] = []
    ends_at = first.starts_at
    for slot in slots:
        if slot.starts_at < first.starts_at or len(found) == persons:
            continue
        if slot.starts_at != ends_at:
            break
        used = set(taken.get(slot.starts_at, set()))
        while len(found) < persons and (seat := free_seat(used, slot.seats)) is not None:
            used.add(seat)
            found.append(Place(slot, seat))
        if not found or found[-1].slot != slot:
            break
        ends_at = slot.ends_at
    return found if len(found) == persons else []


def hold_companions(session: Session, lead: Appointment, companions: Sequence[Place]) -> bool:
    """Holds the seats of those who come along, which share the life of the leading row. False where one is taken."""
    rows = [
        {
            **{name: getattr(lead, name) for name in ("mission", "service", "month", "application", "tier")},
            **{name: getattr(lead, name) for name in ("person", "document", "state", "held_until")},
            "id": uuid.uuid4(),
            "lead": lead.id,
            "starts_at": place.slot.starts_at,
            "ends_at": place.slot.ends_at,
            "seat": place.seat,
            "window": place.slot.window,
            # A companion takes no share of the month: it counts for its leading row alone.
            "counted_for": str(lead.id),
            "place": number,
            "made_at": func.now(),
            "changed_at": func.now(),
        }
        for number, place in enumerate(companions, start=1)
    ]
    if not rows:
        return True
    table = table_of(Appointment)
    held = session.execute(insert(table).values(rows).on_conflict_do_nothing().returning(table.c.id)).all()
    return len(held) == len(rows)


def companions(session: Session, lead: Appointment) -> Sequence[Appointment]:
    """The seats of those who come along. Asks nothing where nobody does."""
    if lead.persons == 1:
        return ()
    return session.scalars(select(Appointment).where(Appointment.lead == lead.id)).all()


def rebook_companions(session: Session, lead: Appointment) -> None:
    """Gives the companions the state of their leading row."""
    if lead.persons > 1:
        session.execute(
            update(Appointment)
            .where(Appointment.lead == lead.id)
            .values(state=lead.state, document=lead.document, changed_at=func.now())
            .execution_options(synchronize_session=False)
        )
