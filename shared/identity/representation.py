"""One person acts for another: what proves it to a register, and what lets them read the other's papers.

Both are tokens of a few minutes by a service that knows: consular knows accepted mandates, the civil registry knows
kinship. A register believes nobody's word for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.errors import NotAllowed
from shared.identity.actor import Actor
from shared.identity.crypto import Keys

MANDATE, READING = "mandate", "reading"
SECONDS = 300
# The purpose of a statement by which people say who they are when mandates are given, accepted and checked.
PURPOSE = "mandate"
HEADER = "Mahjar-Pass"


@dataclass(frozen=True)
class Representation:
    """Who acts (`acting`), for whom (`person`), as what, for which transaction; `mandate` names the paper, if any."""

    person: str
    acting: str
    capacity: str
    purpose: str
    mandate: str | None = None


def sign_representation(keys: Keys, representation: Representation, audience: str) -> str:
    """A token that proves a standing to one register."""
    claims = {
        "person": representation.person,
        "acting": representation.acting,
        "capacity": representation.capacity,
        "purpose": representation.purpose,
        "mandate": representation.mandate,
    }
    return keys.sign(MANDATE, audience, SECONDS, claims)


def verify_representation(keys: Keys, token: str, actor: Actor, purpose: str, issuers: Iterable[str]) -> Representation:
    """The standing a token proves. Raises NotAllowed when it is forged, stale, another's, or for something else."""
    for issuer in issuers:
        try:
            claims = keys.verify(token, MANDATE, issuer)
        except NotAllowed:
            continue
        if actor.person is None or claims.get("acting") != actor.person or claims.get("purpose") != purpose:
            break
        return Representation(claims["person"], actor.person, claims["capacity"], purpose, claims.get("mandate"))
    raise NotAllowed("mandate_not_proven")


def sign_reading_pass(keys: Keys, reader: str, about: str, audience: str) -> str:
    """A token that lets one person read the papers of one application."""
    return keys.sign(READING, audience, SECONDS, {"reader": reader, "about": about})


def may_read(keys: Keys, token: str | None, actor: Actor, about: str) -> bool:
    """Whether consular let this person read the papers of this application a moment ago."""
    if not token or actor.person is None:
        return False
    try:
        claims = keys.verify(token, READING, "consular")
    except NotAllowed:
        return False
    return (claims.get("reader"), claims.get("about")) == (actor.person, about)


def pass_header(token: str | None) -> dict[str, str]:
    """How a pass travels with a request."""
    return {HEADER: token} if token else {}
