"""Who is signed in: sessions kept on the server, ended by time, by sign-out or by a change of password."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from psycopg.errors import DiskFull
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.levels import Level, level_of
from services.gateway.accounts.model import Account, AuthSession
from shared.database import audit, db
from shared.identity.actor import DECLARED, OFFICER_ROLES, Actor, declared_owner
from shared.logs import log

IDLE = {"expatriate": timedelta(minutes=30), "staff": timedelta(minutes=15)}
# A page with a form is read, filled in and thought about: it gives more time, as there may be no script to ask for it.
FORM_IDLE = {"expatriate": timedelta(minutes=60), "staff": timedelta(minutes=30)}
ABSOLUTE = {"expatriate": timedelta(hours=12), "staff": timedelta(hours=8)}
# The last sight of a session is written at most this often, so that reading a page rarely writes a row.
SIGHT = timedelta(seconds=30)
KEPT = timedelta(days=30)
TOKEN_BYTES = 32
# So long after a proof what matters most may be changed without another one.
FRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class Visitor:
    """Somebody signed in, as pages need them."""

    account: str
    session: str
    email: str
    role: str
    mission: str
    person: str | None
    name_ar: str
    name_latin: str
    level: Level = Level.NEW
    strong: bool = False
    is_fresh: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether they work at a mission."""
        return self.role in OFFICER_ROLES

    @property
    def actor(self) -> Actor:
        """For whom the gateway asks the services."""
        if self.is_staff:
            return Actor("officer", self.account, self.role, self.mission, None, self.name_ar, self.name_latin)
        if self.level is Level.DECLARED:
            return Actor("expatriate", self.account, DECLARED, self.mission, declared_owner(self.account))
        return Actor(
            "expatriate",
            self.account,
            self.role,
            self.mission,
            self.person if self.level is Level.CONFIRMED else None,
        )

    def name(self, language: str) -> str:
        """Their name in the script of the page, or their e-mail until it is proven whose name it is."""
        if not self.is_staff and self.level is not Level.CONFIRMED:
            return self.email
        return (self.name_ar if language == "ar" else self.name_latin) or self.name_ar or self.email


def new_token() -> str:
    """A random value for the cookie (256 bits)."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _class_of(account: Account) -> str:
    return "staff" if account.role in OFFICER_ROLES else "expatriate"


def _token_key(secret: str, token: str) -> str:
    return keyed_hash(secret, "session", token)


def actor_of(account: Account) -> Actor:
    """The account as the one who acts, for the events it causes."""
    kind = "officer" if account.role in OFFICER_ROLES else "expatriate"
    return Actor(kind, account.id, account.role, account.home_mission, account.person)


def open_session(session: Session, secret: str, account: Account, *, strong: bool = False) -> str:
    """Signs the account in under a new id. Gives the cookie's value, which is kept nowhere."""
    token, now, who = new_token(), db.now(session), _class_of(account)
    row = AuthSession(
        token_key=_token_key(secret, token),
        account_id=account.id,
        idle_ends_at=now + IDLE[who],
        ends_at=now + ABSOLUTE[who],
        strong=strong,
        proved_at=now,
    )
    forget_old_sessions(session, account, now)
    session.add(row)
    session.flush()
    audit.record(session, actor_of(account), "session.open", account.id, opened=row.id)
    return token


def forget_old_sessions(session: Session, account: Account, now: datetime) -> None:
    """Deletes what is long over; that the account was used then stays in the events."""
    old = delete(AuthSession).where(AuthSession.account_id == account.id, AuthSession.ends_at < now - KEPT)
    session.execute(old.execution_options(synchronize_session=False))


def find(session: Session, secret: str, token: str, *, prolong: bool = True) -> Visitor | None:
    """The visitor a cookie belongs to, if the session is still open; prolongs it within its absolute end."""
    now = db.now(session)
    row = session.scalar(
        select(AuthSession)
        .join(AuthSession.account)
        .where(
            AuthSession.token_key == _token_key(secret, token),
            AuthSession.closed_at.is_(None),
            AuthSession.idle_ends_at > now,
            AuthSession.ends_at > now,
            Account.disabled_at.is_(None),
        )
    )
    if row is None:
        return None
    visitor = _visitor(row, now)
    if prolong and now - row.seen_at > SIGHT:
        _prolong(session, row, now)
    return visitor


def _prolong(session: Session, row: AuthSession, now: datetime) -> None:
    """A page that only reads is shown although the database's disk is full; the session then ends a little earlier."""
    try:
        with session.begin_nested():
            row.seen_at = now
            row.idle_ends_at = max(row.idle_ends_at, now + IDLE[_class_of(row.account)])
    except OperationalError as error:
        if not isinstance(error.orig, DiskFull):
            raise
        log().error("disk_full", who="sessions")


def prolong_for_form(session: Session, visitor: Visitor) -> None:
    """A page with a form was opened, or somebody asked for more time."""
    ends = db.now(session) + timedelta(seconds=idle_seconds(visitor, form=True))
    which = AuthSession.id == visitor.session, AuthSession.idle_ends_at < ends - SIGHT
    session.execute(update(AuthSession).where(*which).values(idle_ends_at=ends))


def idle_seconds(visitor: Visitor, form: bool) -> int:
    """How long a session lasts after a page was opened."""
    lives = FORM_IDLE if form else IDLE
    return int(lives["staff" if visitor.is_staff else "expatriate"].total_seconds())


def seconds_left(session: Session, visitor: Visitor) -> int:
    """The time until the session ends if nothing more is done."""
    row = session.get_one(AuthSession, visitor.session)
    return max(0, int((min(row.idle_ends_at, row.ends_at) - db.now(session)).total_seconds()))


def prove(session: Session, visitor: Visitor) -> None:
    """The owner has just proved to be there."""
    session.get_one(AuthSession, visitor.session).proved_at = db.now(session)
    audit.record(session, visitor.actor, "session.prove", visitor.account)


def _visitor(row: AuthSession, now: datetime) -> Visitor:
    account = row.account
    return Visitor(
        account=account.id,
        session=row.id,
        email=account.email,
        role=account.role,
        mission=account.home_mission,
        person=account.person,
        name_ar=account.name_ar,
        name_latin=account.name_latin,
        level=level_of(account),
        strong=row.strong,
        is_fresh=now - row.proved_at < FRESH,
    )


def close(session: Session, visitor: Visitor) -> None:
    """Signs this browser out."""
    _close(session, AuthSession.id == visitor.session)
    audit.record(session, visitor.actor, "session.close", visitor.account, closed=visitor.session)


def close_others(session: Session, visitor: Visitor) -> int:
    """Signs every other browser of the account out. Gives their number."""
    closed = _close(session, AuthSession.account_id == visitor.account, AuthSession.id != visitor.session)
    audit.record(session, visitor.actor, "session.close_others", visitor.account, closed=closed)
    return closed


def close_by_id(session: Session, visitor: Visitor, session_id: str) -> None:
    """Signs one browser of the account out; another account's, or one that is closed, stays as it is."""
    if _close(session, AuthSession.account_id == visitor.account, AuthSession.id == session_id):
        audit.record(session, visitor.actor, "session.close", visitor.account, closed=session_id)


def close_all(session: Session, account_id: str) -> None:
    """Ends every session of an account."""
    _close(session, AuthSession.account_id == account_id)


def _close(session: Session, *which: ColumnElement[bool]) -> int:
    statement = update(AuthSession).where(*which, AuthSession.closed_at.is_(None))
    return len(session.scalars(statement.values(closed_at=db.now(session)).returning(AuthSession.id)).all())


@dataclass(frozen=True)
class OpenSession:
    """A line of the account page: where the account is signed in."""

    id: str
    opened_at: datetime
    seen_at: datetime


def open_sessions(session: Session, visitor: Visitor) -> list[OpenSession]:
    """Every browser the account is signed in at, latest first."""
    now = db.now(session)
    rows = session.scalars(
        select(AuthSession)
        .where(
            AuthSession.account_id == visitor.account,
            AuthSession.closed_at.is_(None),
            AuthSession.idle_ends_at > now,
            AuthSession.ends_at > now,
        )
        .order_by(AuthSession.seen_at.desc())
    )
    return [OpenSession(row.id, row.created_at, row.seen_at) for row in rows]
