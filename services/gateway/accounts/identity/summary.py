"""How an account stands: its level, its proof, and what may be done to reach the next one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from services.gateway.accounts.identity import contests, letters, vouch
from services.gateway.accounts.levels import Level, level_of
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor


@dataclass(frozen=True)
class IdentitySummary:
    """What the owner of an account sees about it. `voucher` is the name of who vouched."""

    level: Level
    claim: str | None
    assurance: str | None
    assured_at: datetime | None
    reported: bool
    voucher: str | None
    may_vouch: bool
    letter: bool


def read(session: Session, visitor: Visitor) -> IdentitySummary:
    """The summary of the visitor's account."""
    account = session.get_one(Account, visitor.account)
    return IdentitySummary(
        level=level_of(account),
        claim=account.claim,
        assurance=account.assurance,
        assured_at=account.assured_at,
        reported=contests.has_reported(session, account),
        voucher=vouch.vouched_by(session, account),
        may_vouch=vouch.may_vouch(session, visitor),
        letter=letters.is_waiting(session, account),
    )
