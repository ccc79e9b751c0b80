"""The waiting list and applications: who joins, and who is offered a freed seat."""

from datetime import date

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import load_for_update
from services.consular.appointments.waiting_list.join import join, withdraw
from services.consular.appointments.waiting_list.model import LEFT, WaitingEntry
from services.consular.appointments.waiting_list.serve import expire_offers, serve
from services.consular.workflow.seats.draws import booker_of, tell
from services.consular.workflow.seats.files import check_complete
from shared.identity.actor import Actor

OFFERED, PASSED, OFF_LIST = "seat_offered", "offer_passed", "waiting_ended"


def join_list(session: Session, actor: Actor, reference: str, days: tuple[date, date]) -> WaitingEntry:
    """Puts an application on the waiting list. Raises as `join` does, and Refusal (file_incomplete)."""
    booker = booker_of(session, actor, "waiting.join", reference)
    check_complete(session, session.get_one(Application, reference), booker.service)
    return join(session, actor, booker, days)


def withdraw_from_list(session: Session, actor: Actor, reference: str) -> None:
    """Takes an application off the waiting list. Raises NotFound where it is not on it."""
    withdraw(session, actor, load_for_update(session, actor, "waiting.join", reference).reference)


def serve_list(session: Session, actor: Actor, today: date) -> int:
    """Ends offers that ran out, and offers the seats of the last release; returns the number of offers."""
    for entry in expire_offers(session, actor):
        tell(session, entry.application, OFF_LIST if entry.state == LEFT else PASSED, f"{entry.code}/{entry.offers}")
    pairs = serve(session, actor)
    for entry, seat in pairs:
        once = f"{entry.code}/{entry.offers}/{today.isoformat()}"
        tell(session, entry.application, OFFERED, once, seat.offered_until)
    return len(pairs)
