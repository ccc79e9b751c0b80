"""Whether an account still has drafts from before it was proven whose it is."""

from sqlalchemy.orm import Session

from services.gateway.accounts.levels import Level
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor


def are_due(session: Session, visitor: Visitor) -> bool:
    """Whether its drafts have to be handed to its person."""
    return visitor.level is Level.CONFIRMED and session.get_one(Account, visitor.account).has_old_drafts


def note_adopted(session: Session, visitor: Visitor) -> None:
    """They were."""
    session.get_one(Account, visitor.account).has_old_drafts = False
