"""Passwords: Argon2id, long enough, and not one of those everybody tries first."""

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from shared.errors import Invalid

SHORTEST = 10
LONGEST = 128
# The estimate's time grows with the square of the length, and what is longer is rare enough.
LONGEST_ESTIMATED = 64
FEWEST_GUESSES = 1e8
PRODUCT = ("mahjar", "almahjar", "syria", "embassy", "المهجر", "سوريا")
_WORDS = re.compile(r"\w+")
_HASHER = PasswordHasher()


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody has this password")


def _composed(password: str) -> str:
    """In Unicode's composed form: keyboards send one letter as one sign or as a letter and a mark."""
    return unicodedata.normalize("NFC", password)


def check_strength(password: str, email: str) -> None:
    """Raises Invalid on the field `password`. No rules of composition: length and rarity are what counts.

    Rarity is zxcvbn's estimate: thirty thousand passwords of known breaches, with the usual ways to vary them, names,
    words, dates, keyboard patterns and what the address says.
    """
    password = _composed(password)
    if len(password) < SHORTEST:
        raise Invalid("password_too_short", field="password", n=SHORTEST)
    if len(password) > LONGEST:
        raise Invalid("password_too_long", field="password", n=LONGEST)
    folded = password.casefold()
    if folded in email.casefold() or _guesses(password, email) < FEWEST_GUESSES:
        raise Invalid("password_too_common", field="password")


def _guesses(password: str, email: str) -> float:
    # Imported late: its lists take some megabytes, and few requests set a password.
    from zxcvbn import zxcvbn

    estimate = zxcvbn(password[:LONGEST_ESTIMATED], user_inputs=[email, *_WORDS.findall(email), *PRODUCT])
    return float(estimate["guesses"])


def hash_password(password: str) -> str:
    """An Argon2id hash with its own salt."""
    return _HASHER.hash(_composed(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long when there is no such account, so time tells nothing."""
    typed = password[:LONGEST]
    # Older hashes are of what was typed.
    spellings = dict.fromkeys((_composed(typed), typed))
    verified = [_verifies(password_hash or _nobodys_hash(), spelling) for spelling in spellings]
    return any(verified) and password_hash is not None


def _verifies(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)
