"""How sure we are of an account, and what each level may do: one table, which pages and actors follow."""

from collections.abc import Mapping, Set
from enum import StrEnum

from services.gateway.accounts.model import Account


class Level(StrEnum):
    """How sure we are of who uses an account of an expatriate."""

    NEW = "new"
    """Its e-mail address is not confirmed."""
    CONTACT = "contact"
    """The address is confirmed; the account says nothing of a person."""
    DECLARED = "declared"
    """Its owner knows what stands in the register about a person. Others may know that as well."""
    CONFIRMED = "confirmed"
    """It is proven to be the person's; `Assurance` says how."""
    FROZEN = "frozen"
    """Somebody doubts it, and two officers have to decide."""


class Assurance(StrEnum):
    """What proved it."""

    COUNTER = "counter"
    POST = "post"
    PASSPORT = "passport"
    VOUCHED = "vouched"
    OFFICERS = "officers"
    EARLIER = "earlier"
    """Tied in earlier versions by knowledge of the register alone."""
    SPECIMEN = "specimen"
    """A fictional person of the demo."""


EVERY: Set[Level] = frozenset(Level)
# The one table: what may be done with an account, and on which levels.
MAY: Mapping[str, Set[Level]] = {
    "read_account": EVERY,
    "confirm_contact": frozenset({Level.NEW, Level.CONTACT, Level.DECLARED, Level.CONFIRMED}),
    "see_identity": frozenset({Level.CONTACT, Level.DECLARED, Level.CONFIRMED, Level.FROZEN}),
    "declare": frozenset({Level.CONTACT, Level.DECLARED}),
    "prove": frozenset({Level.DECLARED}),
    "report": frozenset({Level.DECLARED}),
    "move": EVERY - {Level.FROZEN},
    "draft": frozenset({Level.DECLARED, Level.CONFIRMED}),
    "apply": frozenset({Level.CONFIRMED}),
    "vouch": frozenset({Level.CONFIRMED}),
}
# Vouching needs more than the level: the voucher was seen at a counter, so that no circle of vouching can exist.
MAY_VOUCH: Set[Assurance] = frozenset({Assurance.COUNTER})
# A report alone freezes what was never proven: knowledge stands against knowledge.
FROZEN_BY_REPORT: Set[Assurance] = frozenset({Assurance.EARLIER})


def level_of(account: Account) -> Level:
    """The level of an expatriate's account. A confirmed identity keeps its level without a confirmed address."""
    if account.frozen_at is not None:
        return Level.FROZEN
    if account.person is not None:
        return Level.CONFIRMED
    if account.email_confirmed_at is None:
        return Level.NEW
    return Level.CONTACT if account.declared_person is None else Level.DECLARED
