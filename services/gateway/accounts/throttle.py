"""Counts tries in the database, so that guessing is slow whichever process answers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from sqlalchemy import case, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import Attempt
from shared.database import db
from shared.errors import Refusal
from shared.values.dates import STATE_ZONE, local_date


class TooMany(Refusal):
    """Tried too often; `seconds`, and `n` in minutes or hours by the code, say when to come back."""

    status = 429


@dataclass(frozen=True)
class Limit:
    """So many tries in so many seconds, for one kind of thing.

    `daily`: what is counted has another hash each day, so that nobody is followed over days by what is kept.
    """

    kind: str
    tries: int
    seconds: int
    daily: bool = False


# Naming a relative or an agent by number and name: often enough for a family, too seldom to try numbers.
KIN_BY_ACCOUNT = Limit("kin_account", 20, 3600)
MANDATES_BY_ACCOUNT = Limit("mandates_account", 20, 3600)
SIGN_IN_BY_ACCOUNT = Limit("sign_in_account", 5, 60)
SIGN_IN_BY_ACCOUNT_HOURLY = Limit("sign_in_account_hour", 30, 3600)
# Codes of a second factor are short: few tries in an hour, whoever they come from.
FACTOR_BY_ACCOUNT = Limit("factor_account", 15, 3600)
RECOVERY_BY_ADDRESS = Limit("recovery_address", 20, 3600)
RECOVERY_BY_MAILBOX = Limit("recovery_mailbox", 5, 3600)
PASSKEY_BY_ADDRESS = Limit("passkey_address", 30, 300)
PASSWORD_BY_ACCOUNT = Limit("password_account", 5, 60)
# A browser that opened the account before has tries of its own: those of others neither use them up nor end them.
SIGN_IN_BY_DEVICE = Limit("sign_in_device", 10, 60)
SIGN_IN_BY_DEVICE_HOURLY = Limit("sign_in_device_hour", 40, 3600)
FACTOR_BY_DEVICE = Limit("factor_device", 15, 3600)
SIGN_IN_BY_ADDRESS = Limit("sign_in_address", 20, 60)
# A phone company puts a whole quarter behind one address: an account is guessed at five times, a network more often.
SIGN_UP_BY_ADDRESS = Limit("sign_up_address", 60, 3600)
SIGN_UP_CODES_BY_ADDRESS = Limit("sign_up_codes_address", 120, 3600)
# Nobody's mailbox is filled by others, known here or not.
SIGN_UP_BY_MAILBOX = Limit("sign_up_mailbox", 5, 3600)
CONTACT_BY_ACCOUNT = Limit("contact_account", 5, 3600)
# By the mailbox or telephone that a code goes to, however many accounts ask: accounts cost nothing to open.
CONTACT_BY_TARGET = Limit("contact_target", 5, 3600)
IDENTITY_BY_ACCOUNT = Limit("identity_account", 5, 3600)
IDENTITY_BY_ADDRESS = Limit("identity_address", 60, 3600)
# By the number that is typed, known or not, whichever accounts and networks ask: a date of birth has too few values.
IDENTITY_BY_PERSON = Limit("identity_person", 10, 86_400)
# Each code has few tries; this is for whoever asks for new codes again and again.
CODES_BY_ACCOUNT = Limit("codes_account", 10, 3600)
VOUCHING_BY_ACCOUNT = Limit("vouching_account", 10, 3600)
DESK_SEARCH_BY_ACCOUNT = Limit("desk_search_account", 120, 3600)
TRACK_BY_ADDRESS = Limit("track_address", 10, 60)
# By the network that asks as well: somebody who knows a reference must not lock its owner out.
TRACK_BY_REFERENCE = Limit("track_reference", 10, 600)
CLAIM_BY_ACCOUNT = Limit("claim_account", 10, 3600)
OPENINGS_BY_ADDRESS = Limit("openings_address", 30, 60)
VERIFY_BY_ADDRESS = Limit("verify_address", 30, 60)
# Seats: holding one, moving to one, entering a draw, joining the list. A telephone company's network is many people.
SEATS_BY_PERSON = Limit("seats_person", 60, 86_400, daily=True)
SEATS_BY_ADDRESS = Limit("seats_address", 3_000, 86_400)
# Without the work of a device, as many as somebody needs who has no script.
UNPROVEN_SEATS_BY_PERSON = Limit("unproven_seats_person", 20, 86_400, daily=True)
SWEPT = 100
# What takes longer is said in hours.
LONGEST_IN_MINUTES = 7200
UPLOADS_BY_ACCOUNT = Limit("upload_account", 60, 3600)
# Scripts keep what is typed every few seconds. Browsers of nobody cost nothing to make up: networks are counted too.
KEPT_BY_OWNER = Limit("kept_owner", 60, 60)
KEPT_BY_ADDRESS = Limit("kept_address", 1200, 60)


# Single addresses change too easily. Of IPv6 a home has a /56, and a small company a /48 with its 256 homes.
WIDE_FACTOR = 10


def address_prefix(address: str | None, wide: bool = False) -> str:
    """The network a request came from: /24, or /56 of IPv6 and /48 where `wide`. IPv4 inside IPv6 counts as IPv4."""
    try:
        ip = ip_address(address or "")
    except ValueError:
        return "unknown"
    ip = getattr(ip, "ipv4_mapped", None) or ip
    length = 24 if ip.version == 4 else 48 if wide else 56
    return str(ip_network((ip, length), strict=False))


def network_limits(limit: Limit, address: str | None) -> list[tuple[Limit, str]]:
    """A limit by address as what is counted: the network, and of IPv6 the wider one at ten times the limit.

    Networks have another hash each day.
    """
    limit = replace(limit, daily=True)
    narrow, wide = address_prefix(address), address_prefix(address, wide=True)
    if wide == narrow:
        return [(limit, narrow)]
    return [(limit, narrow), (replace(limit, tries=limit.tries * WIDE_FACTOR), wide)]


@dataclass(frozen=True)
class Tried:
    """One try that was counted: its number in the running time, and the refusal where it is above the limit."""

    limit: Limit
    count: int
    refusal: TooMany | None


def count_try(session: Session, secret: str, limit: Limit, subject: str) -> int:
    """Counts one try and gives its number in the running time. Raises TooMany above the limit.

    Its transaction must be committed even when it raises.
    """
    (tried,) = count_tries(session, secret, [(limit, subject)])
    if tried.refusal is not None:
        raise tried.refusal
    return tried.count


def count_tries(session: Session, secret: str, tries: Sequence[tuple[Limit, str]]) -> list[Tried]:
    """Counts one try of each limit for its subject, in one statement; a refused one does not keep the others from being
    counted."""
    now = db.now(session)
    limits = {_key(secret, limit, subject, now): limit for limit, subject in tries}
    rows = [
        {"key": key, "count": 1, "since": now, "ends_at": now + timedelta(seconds=limit.seconds)}
        # In one order, so that no two visitors wait for one another.
        for key, limit in sorted(limits.items())
    ]
    statement = insert(Attempt).values(rows)
    over = Attempt.ends_at <= now
    columns = {
        name: case((over, statement.excluded[name]), else_=getattr(Attempt, name)) for name in ("since", "ends_at")
    }
    columns["count"] = case((over, 1), else_=Attempt.count + 1)
    counted = statement.on_conflict_do_update(index_elements=[Attempt.key], set_=columns)
    returned = counted.returning(Attempt.key, Attempt.count.label("number"), Attempt.ends_at)
    found = {row.key: row for row in session.execute(returned)}
    return [_tried(limit, found[key].number, found[key].ends_at, now) for key, limit in limits.items()]


def _tried(limit: Limit, count: int, ends_at: datetime, now: datetime) -> Tried:
    refusal = _too_many(seconds_until(ends_at, now)) if count > limit.tries else None
    return Tried(limit, int(count), refusal)


def _key(secret: str, limit: Limit, subject: str, now: datetime) -> str:
    day = f" {local_date(now, STATE_ZONE)}" if limit.daily else ""
    return keyed_hash(secret, limit.kind + day, subject)


def _too_many(seconds: int) -> TooMany:
    if seconds > LONGEST_IN_MINUTES:
        return TooMany("too_many_tries_hours", seconds=seconds, n=-(-seconds // 3600))
    return TooMany("too_many_tries", seconds=seconds, n=-(-seconds // 60))


def seconds_until(moment: datetime, now: datetime) -> int:
    """Whole seconds, at least one."""
    return max(1, round((moment - now).total_seconds()))


def forget_old_tries(session: Session) -> None:
    """Deletes some counts whose time is over, leaving alone those that somebody is renewing at this moment."""
    over = select(Attempt.key).where(Attempt.ends_at < db.now(session)).limit(SWEPT).with_for_update(skip_locked=True)
    session.execute(delete(Attempt).where(Attempt.key.in_(over)).execution_options(synchronize_session=False))
