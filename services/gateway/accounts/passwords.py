"""Passwords: Argon2id, long enough, and not one of those everybody tries first."""

from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Invalid

SHORTEST = 10
LONGEST = 128
_HASHER = PasswordHasher()


@cache
def _too_common() -> frozenset[str]:
    return frozenset(Path(__file__).with_name("common_passwords.txt").read_text("utf-8").split())


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")


def check_strength(password: str, email: str) -> None:
    """Raises Invalid on the field `password`. No rules of composition: length and rarity are what counts."""
    if len(password) < SHORTEST:
        raise Invalid("password_too_short", field="password", n=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("password_too_long", field="password", n=LONGEST)
    folded = password.casefold()
    if folded in _too_common() or folded in email.casefold() or len(set(folded)) < 4:
        raise Invalid("password_too_common", field="password")


def hash_password(password: str) -> str:
    """An Argon2id hash with its own salt."""
    return _HASHER.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long when there is no such account, so time tells nothing."""
    try:
        return _HASHER.verify(password_hash or _nobodys_hash(), password[:LONGEST]) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)
