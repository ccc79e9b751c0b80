"""Removes every second factor of an account, as two officers decide when its owner has lost them all."""

from sqlalchemy.orm import Session

from services.gateway.accounts import sessions
from services.gateway.accounts.factors import second_step
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from shared.database import audit
from shared.errors import Conflict
from shared.identity.actor import Actor


def forget_factors(session: Session, actor: Actor, account: Account) -> None:
    """Ends all sessions as well, and tells the owner."""
    second_step.remove_all(session, account.id)
    sessions.close_all(session, account.id)
    queue.tell(session, account, queue.FACTOR_CHANGED)
    audit.record(session, actor, "factor.reset", account.id)


def check_has_factor(session: Session, account: Account) -> None:
    """Raises Conflict (no_factor)."""
    if not second_step.has_factor(session, account.id):
        raise Conflict("no_factor")
