"""Codes by post: asked for by the account's owner, sent by an officer to the address of the mission's own register."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.levels import MAY, Level, level_of
from services.gateway.accounts.model import Account, CodeLetter
from services.gateway.accounts.sessions import Visitor, actor_of
from shared.database import audit, db
from shared.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.identity.actor import Actor
from shared.values import references

REFERENCE_LENGTH, REFERENCE_MARK = 10, "P"
MONTHLY, MONTH = 2, timedelta(days=30)


def request(session: Session, visitor: Visitor) -> None:
    """Asks for a letter. Raises NotAllowed, Conflict (letter_requested) while one is on its way."""
    account = session.get_one(Account, visitor.account, with_for_update=True, populate_existing=True)
    if level_of(account) not in MAY["prove"]:
        raise NotAllowed()
    recent = CodeLetter.account_id == account.id, CodeLetter.requested_at > db.now(session) - MONTH
    asked = session.scalar(select(func.count()).where(*recent)) or 0
    if is_waiting(session, account) or asked >= MONTHLY:
        raise Conflict("letter_requested")
    session.add(
        CodeLetter(
            reference=references.new(account.home_mission, REFERENCE_LENGTH, REFERENCE_MARK),
            mission=account.home_mission,
            account_id=account.id,
            requested_at=db.now(session),
        )
    )
    audit.record(session, actor_of(account), "identity.request_letter", account.id)


def is_waiting(session: Session, account: Account) -> bool:
    """Whether a letter was asked for that no officer has printed."""
    waiting = CodeLetter.account_id == account.id, CodeLetter.printed_at.is_(None)
    return session.scalar(select(CodeLetter.reference).where(*waiting)) is not None


def waiting(session: Session, actor: Actor) -> Sequence[tuple[CodeLetter, Account]]:
    """The letters that the officer's mission has to send, oldest first."""
    rows = session.execute(
        select(CodeLetter, Account)
        .join(Account, Account.id == CodeLetter.account_id)
        .where(CodeLetter.mission == actor.mission, CodeLetter.printed_at.is_(None))
        .where(Account.declared_person.is_not(None), Account.person.is_(None), Account.frozen_at.is_(None))
        .order_by(CodeLetter.requested_at)
    )
    return [(letter, account) for letter, account in rows]


def print_letter(
    session: Session, secret: str, actor: Actor, reference: str, *, address_known: bool
) -> tuple[str, Account]:
    """The code of a letter, once. The officer states that the address is the one that the mission has of the person.

    Raises NotFound, Invalid on `address_known`, Conflict when it is printed or the account is no longer declared.
    """
    letter = session.get(CodeLetter, reference, with_for_update=True, populate_existing=True)
    if letter is None or letter.mission != actor.mission:
        raise NotFound()
    if not address_known:
        raise Invalid("address_not_checked", field="address_known")
    account = session.get_one(Account, letter.account_id, with_for_update=True, populate_existing=True)
    if letter.printed_at is not None:
        raise Conflict("letter_printed")
    letter.printed_at, letter.printed_by = db.now(session), actor.id
    if level_of(account) is not Level.DECLARED:
        raise Conflict("claim_closed")
    code = codes.issue(session, secret, str(account.claim), codes.POST, actor.id)
    audit.record(session, actor, "identity.print_letter", account.id)
    return code, account
