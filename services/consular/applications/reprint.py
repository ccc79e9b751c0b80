"""Prints a passport again when the booklet was spoiled before its holder came for it."""

from sqlalchemy.orm import Session

from services.consular.applications import slips
from services.consular.applications.days import today
from services.consular.applications.model import Application
from services.consular.applications.move import check_status, lock, note_step
from services.consular.applications.rules import Status
from services.consular.passports import booklets
from shared.errors import Conflict
from shared.identity import Actor


def reprint(session: Session, actor: Actor, reference: str, reason: str) -> Application:
    """Writes the booklet off and prints the next one. Raises Conflict while the stock is empty or nothing is ready,
    Invalid for an unknown reason."""
    application = lock(session, actor, "desk.reprint", reference)
    check_status(application, "reprint")
    spoiled = booklets.take_back(session, actor, reference, reason)
    booklet = booklets.assign(session, actor, reference)
    if booklet is None:
        raise Conflict("no_booklet_in_stock")
    day = today(session, application.mission)
    booklets.print_passport(session, booklet, reference, application.person, day)
    slips.issue_passport(session, actor, application)
    detail = {"spoiled": spoiled, "booklet": booklet.serial}
    note_step(session, actor, application, "reprinted", Status.READY, reason=reason, detail=detail)
    return application
