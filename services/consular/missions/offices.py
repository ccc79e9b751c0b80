"""Offices inside Syria: which row is in force, whether an office may take an application or a currency, its hours."""

from typing import TypedDict

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.missions import reference_data
from services.consular.missions.model import Office
from shared.catalogue.model import SYRIA, Transaction
from shared.errors import NotFound, Refusal

CLOSED, IN_SYRIA = "office_closed", "in_syria"


class DayHours(TypedDict):
    """From when to when people are received on a weekday, by the clock of the place; Monday is 0."""

    weekday: int
    opens: str
    closes: str


def office_in_force(session: Session, code: str) -> Office | None:
    """The row of a mission or office that holds today; None where it has published none."""
    today = missions.today(session, code)
    return next((row for row in reference_data.rows(session, Office) if row.code == code and row.holds_on(today)), None)


def hours(office: Office) -> list[DayHours]:
    """The hours of an office inside Syria, by weekday; none of a mission, whose openings say them."""
    if office.opens is None or office.closes is None:
        return []
    opens, closes = f"{office.opens:%H:%M}", f"{office.closes:%H:%M}"
    return [{"weekday": day, "opens": opens, "closes": closes} for day in sorted(office.days)]


def pinned(session: Session, office: str) -> Office:
    """The row that an application was filed at. Raises NotFound."""
    row = next((row for row in reference_data.rows(session, Office) if row.id == office), None)
    if row is None:
        raise NotFound("mission_unknown")
    return row


def office_for(session: Session, mission: str, entry: Transaction) -> Office | None:
    """The office inside Syria at which an application for this entry is filed; None for a mission abroad.

    Raises Refusal (not_at_this_office) for another transaction, (office_closed) where no row is in force.
    """
    if missions.find(session, mission).country != SYRIA:
        return None
    if not entry.acts_in_syria:
        raise Refusal("not_at_this_office")
    office = office_in_force(session, mission)
    if office is None or office.kind != IN_SYRIA:
        raise Refusal(CLOSED)
    return office


def check_open(session: Session, office: str | None) -> None:
    """Raises Refusal (office_closed) where the office of an application serves nobody any more: its row has ended and
    none has followed. A mission abroad, None, has no such end."""
    _in_force_of(session, office)


def check_takes(session: Session, office: str | None, currency: str) -> None:
    """Raises Refusal (office_closed; currency_not_taken, with what is taken) where the office takes no such money."""
    row = _in_force_of(session, office)
    if row is not None and currency not in row.takes:
        raise Refusal("currency_not_taken", currency=currency, taken=" ".join(row.takes))


def _in_force_of(session: Session, office: str | None) -> Office | None:
    """The row that has followed the pinned one, or is still the same."""
    if office is None:
        return None
    row = office_in_force(session, pinned(session, office).code)
    if row is None:
        raise Refusal(CLOSED)
    return row
