"""Lets go of what an application held when it ends early: its price or its money, and what other rooms kept for it."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments import release as turn
from services.consular.workflow import charges
from services.consular.workflow.charges import notify_refund
from shared.identity.actor import Actor

Release = Callable[[Session, Actor, str], None]
# What else is let go, by the application's reference: a turn, a booklet. Each must bear having nothing to let go.
RELEASES: tuple[Release, ...] = (turn.release_live,)


def release(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Called in the transaction in which an application is withdrawn, refused, lapsed or cancelled; `reason` is a code.

    Paid money is owed back and its payer is told; an unpaid price is cancelled; the registered releases run.
    """
    for due_refund in charges.end_charges(session, actor, application, reason):
        notify_refund(session, application, due_refund)
    for release_part in RELEASES:
        release_part(session, actor, application.reference)
