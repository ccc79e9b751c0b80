"""Disabled accounts, of staff and of expatriates: nobody signs in to them until they are enabled again."""

from sqlalchemy.orm import Session

from services.gateway.accounts import sessions
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from shared.database import audit, db
from shared.errors import Conflict
from shared.identity.actor import Actor


def disable(session: Session, actor: Actor, account: Account) -> None:
    """Ends its sessions; a person stays tied until it is released."""
    account.disabled_at = db.now(session)
    sessions.close_all(session, account.id)
    queue.withhold_waiting(session, account.id)
    audit.record(session, actor, "account.disable", account.id)


def enable(session: Session, actor: Actor, account: Account) -> None:
    """Its owner signs in again."""
    account.disabled_at = None
    audit.record(session, actor, "account.enable", account.id)


def check_enabled(account: Account) -> None:
    """Raises Conflict (account_disabled)."""
    if account.disabled_at is not None:
        raise Conflict("account_disabled")


def check_disabled(account: Account) -> None:
    """Raises Conflict (account_not_disabled)."""
    if account.disabled_at is None:
        raise Conflict("account_not_disabled")
