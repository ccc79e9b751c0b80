"""Forgotten passwords: a link to a confirmed address, or a code that an officer gives against a document.

Neither touches the second factor: whoever has the mailbox alone, or the counter alone, does not have the account.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts import devices, sessions
from services.gateway.accounts.contact import codes
from services.gateway.accounts.factors import recovery_links, second_step
from services.gateway.accounts.factors.model import RecoveryRequest
from services.gateway.accounts.identity.counter import DOCUMENTS
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import NO_ACCOUNT, Account
from services.gateway.accounts.passwords import check_strength, hash_password
from services.gateway.accounts.registration import register
from services.gateway.accounts.sessions import actor_of
from shared.database import audit, db
from shared.errors import Invalid, NotFound
from shared.identity.actor import ANONYMOUS, Actor
from shared.reasons import check_choice

BATCH = 50
LONGEST_PAGE = 1000


def ask(session: Session, secret: str, identifier: str, wanted: str = "") -> None:
    """Notes that somebody wants a link, and the page of ours to go on with after the new password, if there is one.

    Whose account it is, if anybody's, is looked up by another process.

    A request that looked it up would take longer for an address that is known here, and so would tell it.
    """
    email, number = register.lookup_keys(secret, identifier)
    wanted = wanted if len(wanted) <= LONGEST_PAGE else ""
    session.add(RecoveryRequest(email=email, number_key=number, wanted=wanted, created_at=db.now(session)))


def answer_requests(session: Session, secret: str) -> int:
    """Sends the links that were asked for, and forgets who asked. Gives the number of requests."""
    oldest = select(RecoveryRequest).order_by(RecoveryRequest.created_at).limit(BATCH)
    requests = session.scalars(oldest.with_for_update(skip_locked=True)).all()
    for request in requests:
        account = register.find_by_keys(session, request.email, request.number_key)
        _send_link(session, secret, account, request.wanted)
        session.delete(request)
    return len(requests)


def _send_link(session: Session, secret: str, account: Account | None, wanted: str) -> None:
    """To a confirmed address. Who has none, or is on hold, gets nothing."""
    audit.record(session, ANONYMOUS, "recovery.ask", account.id if account else "unknown")
    if account is None or account.email_confirmed_at is None or account.frozen_at is not None:
        return
    token, mission = recovery_links.issue(session, account.id, wanted), account.home_mission
    mail = queue.queue(session, secret, queue.PASSWORD_LINK, account.email, account.language, mission, recovery=token)
    mail.account_id = account.id


def by_link(session: Session, secret: str, token: str, password: str) -> str:
    """Sets the new password and uses the link up; of two at once one succeeds. Gives the page that was wanted.

    Raises NotFound, Invalid.
    """
    link = recovery_links.find(session, token)
    account, wanted = session.get_one(Account, link.account_id), link.wanted
    check_strength(password, account.email)
    recovery_links.use(session, link)
    if _is_held(account):
        raise NotFound(recovery_links.UNKNOWN)
    _set(session, secret, account, password, "link")
    return wanted


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
    """Whether the code was right. The caller commits either way, so that a wrong try stays counted. Raises Invalid.

    The account's address is compared with the password after the code alone: before, the refusal would tell it.
    """
    check_strength(password, identifier)
    account = register.find(session, secret, identifier)
    # A code is looked for either way, so that the time of the answer does not tell who has an account.
    subject = NO_ACCOUNT if account is None or _is_held(account) else account.id
    if codes.use(session, secret, subject, codes.RECOVERY, typed) is None or account is None:
        return False
    check_strength(password, account.email)
    _set(session, secret, account, password, "counter")
    return True


def _set(session: Session, secret: str, account: Account, password: str, how: str) -> None:
    account.password_hash = hash_password(password)
    sessions.close_all(session, account.id)
    devices.forget(session, secret, account.id)
    recovery_links.end_links(session, account.id)
    second_step.end_waiting(session, account.id)
    queue.tell(session, account, queue.PASSWORD_CHANGED)
    audit.record(session, actor_of(account), "recovery.set_password", account.id, reason=how)


def _is_held(account: Account) -> bool:
    """Whether nobody gets in by a new password: officers have to decide first."""
    return account.disabled_at is not None or account.frozen_at is not None
