"""Forgotten passwords: a link to a confirmed address, or a code that an officer gives against a document.

Neither touches the second factor: whoever has the mailbox alone, or the counter alone, does not have the account.
"""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.gateway.accounts import devices, sessions
from services.gateway.accounts.contact import codes
from services.gateway.accounts.factors.model import RecoveryLink
from services.gateway.accounts.identity.counter import DOCUMENTS
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.passwords import check_strength, hash_password
from services.gateway.accounts.registration import register
from services.gateway.accounts.sessions import actor_of
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Invalid, NotFound
from shared.identity.actor import ANONYMOUS, Actor
from shared.reasons import check_choice

LASTS, TOKEN_BYTES = timedelta(hours=1), 32


def send_link(session: Session, secret: str, identifier: str) -> None:
    """Sends a link to the confirmed address of an account. Who has none, or is on hold, learns nothing of it here."""
    account = register.find(session, secret, identifier)
    if account is None or account.email_confirmed_at is None or account.frozen_at is not None:
        audit.record(session, ANONYMOUS, "recovery.ask", account.id if account else "unknown")
        return
    token, now = secrets.token_urlsafe(TOKEN_BYTES), db.now(session)
    _end_links(session, account.id)
    session.add(RecoveryLink(token_key=_key(token), account_id=account.id, created_at=now, ends_at=now + LASTS))
    mission = account.home_mission
    mail = queue.queue(session, secret, queue.PASSWORD_LINK, account.email, account.language, mission, recovery=token)
    mail.account_id = account.id
    audit.record(session, ANONYMOUS, "recovery.ask", account.id)


def find(session: Session, token: str) -> RecoveryLink:
    """A link that still works. Raises NotFound (recovery_unknown)."""
    unused = RecoveryLink.used_at.is_(None), RecoveryLink.ends_at > db.now(session)
    link = session.scalar(select(RecoveryLink).where(RecoveryLink.token_key == _key(token), *unused))
    if link is None:
        raise NotFound("recovery_unknown")
    return link


def by_link(session: Session, secret: str, token: str, password: str) -> None:
    """Sets the new password and uses the link up; of two at once one succeeds. Raises NotFound, Invalid."""
    link = find(session, token)
    account = session.get_one(Account, link.account_id)
    check_strength(password, account.email)
    unused = RecoveryLink.token_key == link.token_key, RecoveryLink.used_at.is_(None)
    if change_row(session, RecoveryLink, *unused, used_at=db.now(session)) is None or account.disabled_at is not None:
        raise NotFound("recovery_unknown")
    _set(session, secret, account, password, "link")


def give_code(session: Session, secret: str, actor: Actor, number: str, document: str) -> tuple[str, Account]:
    """A code for whoever stands at the counter with a document. The owner is told, in case it was somebody else.

    Raises Invalid on `recovery_number` or `recovery_document`.
    """
    check_choice(document, DOCUMENTS, "recovery_document")
    key = register.number_key(secret, number)
    query = select(Account).where(Account.number_key == key, Account.home_mission == actor.mission)
    account = session.scalar(query) if key else None
    if account is None or account.disabled_at is not None or account.frozen_at is not None:
        raise Invalid("recovery_nobody", field="recovery_number")
    code = codes.issue(session, secret, account.id, codes.RECOVERY, actor.id)
    queue.tell(session, account, queue.RECOVERY_AT_COUNTER)
    audit.record(session, actor, "recovery.counter_code", account.id, document=document)
    return code, account


def by_code(session: Session, secret: str, identifier: str, typed: str, password: str) -> bool:
    """Whether the code was right. The caller commits either way, so that a wrong try stays counted. Raises Invalid."""
    account = register.find(session, secret, identifier)
    check_strength(password, account.email if account else "")
    if account is None or codes.use(session, secret, account.id, codes.RECOVERY, typed) is None:
        return False
    _set(session, secret, account, password, "counter")
    return True


def _set(session: Session, secret: str, account: Account, password: str, how: str) -> None:
    account.password_hash = hash_password(password)
    sessions.close_all(session, account.id)
    devices.forget(session, secret, account.id)
    _end_links(session, account.id)
    queue.tell(session, account, queue.PASSWORD_CHANGED)
    audit.record(session, actor_of(account), "recovery.set_password", account.id, reason=how)


def _end_links(session: Session, account_id: str) -> None:
    links = RecoveryLink.account_id == account_id, RecoveryLink.used_at.is_(None)
    statement = update(RecoveryLink).where(*links).values(used_at=db.now(session))
    session.execute(statement.execution_options(synchronize_session=False))


def _key(token: str) -> str:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
