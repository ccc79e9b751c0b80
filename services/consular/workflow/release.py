"""Releases what an application holds when it ends early: its order or its money, and its appointment."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments.booking import release as appointment_release
from services.consular.workflow.money import charges
from services.consular.workflow.money.charges import notify_refund
from services.consular.workflow.money.transfer_parts import refund_parts
from shared.identity.actor import Actor

Release = Callable[[Session, Actor, str], None]
# Further releases, called with the application's reference. Each must do nothing where there is nothing to release.
RELEASES: tuple[Release, ...] = (appointment_release.release_live,)


def release(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Runs in the transaction in which an application is withdrawn, refused, lapsed or cancelled; `reason` is a code.

    Paid money, and what came in parts, is owed back and its payer is notified, an unpaid order is cancelled, and the
    further releases run.
    """
    for due_refund in charges.end_charges(session, actor, application, reason):
        notify_refund(session, application, due_refund)
    refund_parts(session, actor, application, reason)
    for release_part in RELEASES:
        release_part(session, actor, application.reference)
