"""Opens an account once its address is confirmed. Whether an address is known is said in its mailbox alone."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, IssuedCode, SignUp
from services.gateway.accounts.passwords import check_strength, hash_password
from services.gateway.accounts.sessions import actor_of
from shared.database import audit, db

LASTS = timedelta(hours=1)
KEPT = timedelta(days=2)
APPLICANT = "applicant"


def begin(session: Session, secret: str, browser: str, email: str, password: str, mission: str, language: str) -> None:
    """Notes what a browser asks for and writes to the address: a code, or that it has an account already.

    The same rows are written in both cases. Raises Invalid by field.
    """
    folded = fold_email(email)
    check_strength(password, folded)
    row_id = _id(secret, browser)
    session.execute(delete(SignUp).where(SignUp.id == row_id))
    row = SignUp(
        id=row_id,
        email=folded,
        password_hash=hash_password(password),
        home_mission=mission,
        language=language,
        ends_at=db.now(session) + LASTS,
    )
    session.add(row)
    code = codes.issue(session, secret, row_id, codes.SIGN_UP, APPLICANT)
    if _is_known(session, folded):
        # Its code is told to nobody, so that no guess is right but by chance.
        queue.queue(session, secret, queue.SIGN_UP_KNOWN, folded, language, mission)
    else:
        queue.queue(session, secret, queue.SIGN_UP_CODE, folded, language, mission, code=code)


def finish(session: Session, secret: str, browser: str, typed: str) -> Account | None:
    """The new account, when this is the code of this browser's sign-up. None for anything else; the caller commits."""
    row = session.get(SignUp, _id(secret, browser), with_for_update=True)
    if row is None or row.ends_at <= db.now(session):
        return None
    if codes.use(session, secret, row.id, codes.SIGN_UP, typed) is None:
        return None
    account = Account(
        email=row.email,
        password_hash=row.password_hash,
        home_mission=row.home_mission,
        language=row.language,
        email_confirmed_at=db.now(session),
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError:
        return None
    session.delete(row)
    audit.record(session, actor_of(account), "account.create", account.id)
    return account


def delete_old(session: Session) -> None:
    """Deletes sign-ups and codes that nobody can use any more."""
    now = db.now(session)
    session.execute(delete(SignUp).where(SignUp.ends_at < now))
    session.execute(delete(IssuedCode).where(IssuedCode.ends_at < now - KEPT))


def _is_known(session: Session, email: str) -> bool:
    return session.scalar(select(Account.id).where(Account.email == email)) is not None


def _id(secret: str, browser: str) -> str:
    return keyed_hash(secret, "sign_up", browser)
