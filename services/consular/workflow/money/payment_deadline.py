"""The last day for the fee while money is held: its applicant can do nothing then, so no days run out."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.update import update_columns
from services.consular.missions.due_dates import lapses_on
from services.consular.payments.orders import attempts, parts
from services.consular.payments.refunds.refund import of_application


def pause_deadline(session: Session, application: Application) -> None:
    """Takes the last day away from an application that waits for its fee: it waits for the mission now."""
    if application.status == Status.AWAITING_PAYMENT:
        update_columns(session, application, lapses_on=None)


def renew_deadline(session: Session, application: Application) -> None:
    """Gives the ten days anew to an application that still waits for its fee, once nothing is held any more."""
    if application.status != Status.AWAITING_PAYMENT or application.lapses_on is not None:
        return
    owed_back = {row.attempt for row in of_application(session, application.reference)}
    known = attempts.of_application(session, application.reference)
    if all(one.reference in owed_back for one in known if one.held not in (None, parts.PART)):
        update_columns(session, application, lapses_on=lapses_on(session, application.mission))
