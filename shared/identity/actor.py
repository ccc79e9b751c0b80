"""Who acts: carried from the gateway to each service in a short-lived signed token."""

import time
from dataclasses import asdict, dataclass
from functools import lru_cache

from shared.errors import NotAllowed
from shared.identity.crypto import Keys

FIELDS = ("kind", "id", "role", "mission", "person", "name_ar", "name_latin")
OFFICER_ROLES = frozenset({"clerk", "officer", "cashier", "head_of_mission", "auditor", "registrar", "administrator"})
# An expatriate who has only said who they are. What they begin belongs to the account until a proof comes.
DECLARED = "declared"
# Who is connected without being part of the platform: known by a key, allowed two requests and one message.
MINISTRIES = "ministries"
PARTNERS = (MINISTRIES,)
REQUEST_SECONDS = 60
# A page asks several questions for one visitor: signed and checked once in so many seconds, not at every question.
CACHE_SECONDS, CACHE_SIZE = 15, 4096


@dataclass(frozen=True)
class Actor:
    """A person or service that acts. `person` is the civil registry's identifier, never a national number.

    Only of staff is the name known, for documents that say who made them; it goes with requests, never with messages.
    """

    kind: str
    id: str
    role: str
    mission: str | None = None
    person: str | None = None
    name_ar: str | None = None
    name_latin: str | None = None


ANONYMOUS = Actor("anonymous", "anonymous", "anonymous")


def declared_owner(account: str) -> str:
    """The owner of drafts that an account begins before it is proven whose it is. No person of the register."""
    return f"account:{account}"


def service(name: str, mission: str | None = None) -> Actor:
    """A service acting for itself, in a job or on a message."""
    return Actor("service", name, name, mission)


def request_token(keys: Keys, actor: Actor, audience: str) -> str:
    """A token by which the gateway says for whom it asks; good for three quarters of a minute at least."""
    return _cached_token(keys, actor, audience, _cache_period())


def actor_from(keys: Keys, token: str) -> Actor:
    """The actor a token speaks for. Raises NotAllowed when it is forged, expired or meant for another service."""
    return _cached_actor(keys, token, _cache_period())


def partner_token(keys: Keys, audience: str) -> str:
    """A token by which a partner asks for itself; whatever else it claimed, it would be heard as the partner alone."""
    return keys.sign("partner", audience, REQUEST_SECONDS, {})


def partner_from(keys: Keys, token: str) -> Actor:
    """The partner that signed a token. Raises NotAllowed as `actor_from`."""
    for partner in PARTNERS:
        try:
            keys.verify(token, "partner", issuer=partner, audience=keys.me)
        except NotAllowed:
            continue
        return service(partner)
    raise NotAllowed("token_not_valid")


def _cache_period() -> int:
    return int(time.time()) // CACHE_SECONDS


@lru_cache(CACHE_SIZE)
def _cached_token(keys: Keys, actor: Actor, audience: str, _period: int) -> str:
    return keys.sign("request", audience, REQUEST_SECONDS, asdict(actor))


@lru_cache(CACHE_SIZE)
def _cached_actor(keys: Keys, token: str, _period: int) -> Actor:
    claims = keys.verify(token, "request", issuer="gateway", audience=keys.me)
    return Actor(**{field: claims.get(field) for field in FIELDS})  # type: ignore[arg-type]
