"""Opens staff accounts by one-time links: the first administrator's, and those of a new mission's staff."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.model import Account, Invitation
from services.gateway.accounts.passwords import check_strength, hash_password
from services.gateway.accounts.sessions import actor_of
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import OFFICER_ROLES, service
from shared.values.person import strip_controls

VALID_FOR, KEPT = timedelta(hours=24), timedelta(days=30)
TOKEN_BYTES = 32
NAME_LENGTH = 120
# Documents print the names of these.
NAMED_ROLES = frozenset({"cashier"})


def invite(session: Session, email: str, role: str, mission: str) -> str:
    """Gives the token of a new link, which is kept nowhere. Earlier links to the same e-mail stop working.

    Raises Invalid by field, and Conflict (account_exists) when somebody has an account with this e-mail.
    """
    folded = fold_email(email)
    if role not in OFFICER_ROLES:
        raise Invalid("unknown_choice", field="role")
    if session.scalar(select(Account.id).where(Account.email == folded)) is not None:
        raise Conflict("account_exists")
    token, now = secrets.token_urlsafe(TOKEN_BYTES), db.now(session)
    session.execute(
        update(Invitation).where(Invitation.email == folded, Invitation.used_at.is_(None)).values(used_at=now)
    )
    session.add(
        Invitation(token_key=_key(token), email=folded, role=role, home_mission=mission, ends_at=now + VALID_FOR)
    )
    audit.record(session, service("gateway"), "invitation.create", folded, role=role, mission=mission)
    return token


def find(session: Session, token: str) -> Invitation:
    """The invitation of a link that still works. Raises NotFound (invitation_unknown)."""
    invitation = session.scalar(
        select(Invitation).where(
            Invitation.token_key == _key(token), Invitation.used_at.is_(None), Invitation.ends_at > db.now(session)
        )
    )
    if invitation is None:
        raise NotFound("invitation_unknown")
    return invitation


def accept(session: Session, token: str, password: str, language: str, names: tuple[str, str] = ("", "")) -> Account:
    """Opens the account with the chosen password and uses the link up. Of two who follow it at once one succeeds.

    `names` is the person's name in Arabic and Latin letters; a cashier must give it, because receipts print it.
    Raises NotFound (invitation_unknown), and Invalid on the fields `password` and `name_ar`.
    """
    invitation = find(session, token)
    check_strength(password, invitation.email)
    name_ar, name_latin = (strip_controls(name) for name in names)
    if len(max(name_ar, name_latin, key=len)) > NAME_LENGTH:
        raise Invalid("too_long", field="name_ar")
    if not name_ar and invitation.role in NAMED_ROLES:
        raise Invalid("required", field="name_ar")
    unused = Invitation.token_key == invitation.token_key, Invitation.used_at.is_(None)
    if change_row(session, Invitation, *unused, used_at=db.now(session)) is None:
        raise NotFound("invitation_unknown")
    account = Account(
        email=invitation.email,
        password_hash=hash_password(password),
        role=invitation.role,
        home_mission=invitation.home_mission,
        language=language,
        name_ar=name_ar,
        name_latin=name_latin,
        # The link went to this address, or the operator of the machine answers for it.
        email_confirmed_at=db.now(session),
    )
    session.add(account)
    session.flush()
    audit.record(session, actor_of(account), "account.create", account.id, role=account.role)
    return account


def forget_old(session: Session) -> None:
    """Takes the addresses out of links that ended long ago: whoever did not come is not known here for ever."""
    old = Invitation.ends_at < db.now(session) - KEPT, Invitation.email != ""
    session.execute(update(Invitation).where(*old).values(email="").execution_options(synchronize_session=False))


def _key(token: str) -> str:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
