"""Counts tries in the database, so that guessing is slow whichever process answers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import Attempt
from shared.database import db
from shared.errors import Refusal


class TooMany(Refusal):
    """Tried too often; `seconds`, and `n` in minutes, say when to come back."""

    status = 429


@dataclass(frozen=True)
class Limit:
    """So many tries in so many seconds, for one kind of thing."""

    kind: str
    tries: int
    seconds: int


# Naming a relative or an agent by number and name: often enough for a family, too seldom to try numbers.
KIN_BY_ACCOUNT = Limit("kin_account", 20, 3600)
MANDATES_BY_ACCOUNT = Limit("mandates_account", 20, 3600)
SIGN_IN_BY_ACCOUNT = Limit("sign_in_account", 5, 60)
SIGN_IN_BY_ACCOUNT_HOURLY = Limit("sign_in_account_hour", 30, 3600)
SIGN_IN_BY_ADDRESS = Limit("sign_in_address", 20, 60)
# A phone company puts a whole quarter behind one address: an account is guessed at five times, a network more often.
SIGN_UP_BY_ADDRESS = Limit("sign_up_address", 60, 3600)
IDENTITY_BY_ACCOUNT = Limit("identity_account", 5, 3600)
IDENTITY_BY_ADDRESS = Limit("identity_address", 120, 3600)
TRACK_BY_ADDRESS = Limit("track_address", 10, 60)
TRACK_BY_REFERENCE = Limit("track_reference", 10, 600)
CLAIM_BY_ACCOUNT = Limit("claim_account", 10, 3600)
OPENINGS_BY_ADDRESS = Limit("openings_address", 30, 60)
VERIFY_BY_ADDRESS = Limit("verify_address", 30, 60)
SWEPT = 100
UPLOADS_BY_ACCOUNT = Limit("upload_account", 60, 3600)


def address_prefix(address: str | None) -> str:
    """The network a request came from: /24 or /56, since single addresses change too easily."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    return str(ip_network((ip, 24 if ip.version == 4 else 56), strict=False))


def count_try(session: Session, secret: str, limit: Limit, subject: str) -> int:
    """Counts one try and gives its number in the running time. Raises TooMany above the limit.

    Its transaction must be committed even when it raises.
    """
    now = db.now(session)
    ends = now + timedelta(seconds=limit.seconds)
    over = Attempt.ends_at <= now
    fresh = {"since": now, "ends_at": ends}
    statement = insert(Attempt).values(key=keyed_hash(secret, limit.kind, subject), count=1, **fresh)
    columns = {name: case((over, value), else_=getattr(Attempt, name)) for name, value in fresh.items()}
    columns["count"] = case((over, 1), else_=Attempt.count + 1)
    count, ends_at = session.execute(
        statement.on_conflict_do_update(index_elements=[Attempt.key], set_=columns).returning(
            Attempt.count, Attempt.ends_at
        )
    ).one()
    if count > limit.tries:
        seconds = seconds_until(ends_at, now)
        raise TooMany("too_many_tries", seconds=seconds, n=-(-seconds // 60))
    return int(count)


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, at least one."""
    return max(1, round((moment - now).total_seconds()))


def forget_old_tries(session: Session) -> None:
    """Deletes some counts whose time is over, leaving alone those that somebody is renewing at this moment."""
    over = select(Attempt.key).where(Attempt.ends_at < db.now(session)).limit(SWEPT).with_for_update(skip_locked=True)
    session.execute(delete(Attempt).where(Attempt.key.in_(over)).execution_options(synchronize_session=False))
