"""A passport booklet as the outcome of an application: printed from the stock, or awaited."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import note_step, transition
from services.consular.applications.update import update_columns
from services.consular.passports import booklets
from services.consular.passports.data_page import print_for
from services.consular.passports.slip import issue_passport_slip
from services.consular.workflow.money import upgrade
from shared.identity.actor import Actor

AWAITING_BOOKLET = "awaiting_booklet"


def grant(session: Session, actor: Actor, application: Application) -> None:
    """Prints the passport. While the stock is empty the application waits, marked so in the queue."""
    if _print_passport(session, actor, application) or application.awaits == AWAITING_BOOKLET:
        return
    update_columns(session, application, awaits=AWAITING_BOOKLET)
    note_step(session, actor, application, AWAITING_BOOKLET, Status.WITH_AUTHORITY)


def assign_booklets(session: Session, actor: Actor) -> int:
    """Prints for the longest waiting applications of the session's mission while there is stock; returns how many."""
    query = (
        select(Application)
        .where(Application.awaits == AWAITING_BOOKLET, Application.status == Status.WITH_AUTHORITY)
        .order_by(Application.paid_at, Application.reference)
        .with_for_update(skip_locked=True)
    )
    count = 0
    for application in session.scalars(query):
        if not _print_passport(session, actor, application):
            break
        count += 1
    return count


def _print_passport(session: Session, actor: Actor, application: Application) -> bool:
    """Prints the passport; False when no booklet is in stock."""
    booklet = booklets.assign(session, actor, application.reference)
    if booklet is None:
        return False
    page = print_for(session, actor, application, booklet)
    upgrade.close(session, actor, application)
    columns = {"awaits": None, **page}
    transition(session, actor, application, Status.READY, detail={"booklet": booklet.serial}, columns=columns)
    issue_passport_slip(session, actor, application)
    return True
