"""Lets go of what an application held when it ends early: its price or its money, and what other rooms kept for it."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments import release as turn
from services.consular.workflow import charges
from services.consular.workflow.charges import tell_owed
from shared.identity.actor import Actor

Release = Callable[[Session, Actor, str], None]
# What else is let go, by the application's reference: a turn, a booklet. Each must bear having nothing to let go.
RELEASES: tuple[Release, ...] = (turn.release_live,)


def release(session: Session, actor: Actor, application: Application, reason: str) -> None:
    """Called in the transaction in which an application is withdrawn, refused, lapsed or cancelled; `reason` is a code.

    Paid money is owed back and its payer is told; an unpaid price is cancelled; the registered releases run.
    """
    for owed in charges.end_charges(session, actor, application, reason):
        tell_owed(session, application, owed)
    for let_go in RELEASES:
        let_go(session, actor, application.reference)
