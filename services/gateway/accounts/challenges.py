"""Proof of work for costly steps (ALTCHA, version 2): a challenge is for one action of one person, and used once.

It taxes whoever sends thousands of forms and nobody else; what stops them are the caps and the bond to a person.
"""

import base64
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from altcha import create_challenge, verify_solution
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import UsedChallenge
from shared.database import db
from shared.errors import Conflict, Refusal

# The steps that take a seat or a place in a draw or a list.
HOLD, MOVE, ENTER, JOIN = "hold", "move", "enter", "join"
ACTIONS = (HOLD, MOVE, ENTER, JOIN)
# 256 derivations on average to solve, 0.13 s of a desktop in native code; one to verify, 0.8 ms.
ALGORITHM, COST, PREFIX = "PBKDF2/SHA-256", 1_000, "00"
LASTS = timedelta(minutes=10)
# A solution is about 600 letters.
LONGEST = 4_000


@dataclass(frozen=True)
class Step:
    """What a solution pays for: one action of one person, sent by the form of this key."""

    action: str
    person: str
    form_key: str


def new_challenge(session: Session, secret: str, action: str, person: str) -> dict[str, Any]:
    """A signed challenge, as the protocol writes it. It names its person by a keyed hash alone."""
    data = {"action": action, "person": _person(secret, person)}
    challenge = create_challenge(
        ALGORITHM,
        COST,
        key_prefix=PREFIX,
        expires_at=db.now(session) + LASTS,
        data=data,
        hmac_secret=_signing_key(secret),
    )
    written: dict[str, Any] = challenge.to_dict()
    return written


def use_solution(session: Session, secret: str, step: Step, payload: str) -> None:
    """Uses a solution up. The caller commits, so that it stays used whatever becomes of the step.

    The same form sent again, by its key, is no second use: the service answers it as before.

    Raises Refusal (challenge_wrong) for one that is tampered with, unsolved, or of another action or person, Conflict
    (challenge_expired, challenge_used).
    """
    if len(payload) > LONGEST:
        raise Refusal("challenge_wrong")
    result = verify_solution(payload, _signing_key(secret))
    if result.expired:
        raise Conflict("challenge_expired")
    if not result.verified:
        raise Refusal("challenge_wrong")
    # What is signed is ours, and has the form that we gave it.
    challenge = json.loads(base64.b64decode(payload))["challenge"]
    if challenge["parameters"]["data"] != {"action": step.action, "person": _person(secret, step.person)}:
        raise Refusal("challenge_wrong")
    key = keyed_hash(secret, "challenge", challenge["parameters"]["nonce"])
    form_key = keyed_hash(secret, "challenge form", step.form_key)
    row = {"key": key, "form_key": form_key, "ends_at": db.now(session) + LASTS}
    if session.scalar(insert(UsedChallenge).values(row).on_conflict_do_nothing().returning(UsedChallenge.key)):
        return
    first = session.scalar(select(UsedChallenge.form_key).where(UsedChallenge.key == key))
    if not step.form_key or first != form_key:
        raise Conflict("challenge_used")


def delete_old(session: Session) -> None:
    """Forgets the used ones that have expired since."""
    session.execute(delete(UsedChallenge).where(UsedChallenge.ends_at < db.now(session) - LASTS))


def _person(secret: str, person: str) -> str:
    return keyed_hash(secret, "challenge person", person)


def _signing_key(secret: str) -> str:
    return keyed_hash(secret, "challenge key", "")
