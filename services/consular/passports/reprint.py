"""Prints a passport again when its booklet was spoiled before collection."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, load_for_update, note_step
from services.consular.applications.update import update_columns
from services.consular.passports import booklets
from services.consular.passports.data_page import print_for
from services.consular.passports.rules import State
from services.consular.passports.slip import issue_passport_slip
from shared import documents
from shared.catalogue.reasons import SPOIL_REASONS
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.reasons import check_choice


def check(session: Session, actor: Actor, reference: str, reason: str) -> Application:
    """The application whose booklet may be written off and replaced. Raises Conflict when nothing is ready or stock is
    empty, Invalid for an unknown reason."""
    application = load_for_update(session, actor, "desk.reprint", reference)
    check_status(application, "reprint")
    check_choice(reason, SPOIL_REASONS, "reason")
    booklets.assigned_to(session, reference)
    if not booklets.counts(session)[State.IN_STOCK]:
        raise Conflict("no_booklet_in_stock")
    return application


def reprint(session: Session, actor: Actor, reference: str, reason: str) -> Application:
    """Writes the booklet off and prints the next one. Raises Conflict without stock or when nothing is ready, Invalid
    for an unknown reason."""
    application = load_for_update(session, actor, "desk.reprint", reference)
    check_status(application, "reprint")
    spoiled_serial = booklets.spoil_assigned(session, actor, reference, reason)
    booklet = booklets.assign(session, actor, reference)
    if booklet is None:
        raise Conflict("no_booklet_in_stock")
    if application.document:
        documents.revoke(session, actor, application.document, reason)
    page = print_for(session, actor, application, booklet)
    update_columns(session, application, **page)
    issue_passport_slip(session, actor, application)
    detail = {"spoiled": spoiled_serial, "booklet": booklet.serial}
    note_step(session, actor, application, "reprinted", Status.READY, reason=reason, detail=detail)
    return application
