"""The rules of statements: what a line is, when two lines are one movement, and what a received sum settles."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.values.money import Money

# Banks write this where they have no reference.
NO_REFERENCE = frozenset({"", "NONREF", "NOTPROVIDED"})


class Reason(StrEnum):
    """Why money of a line is in suspense. NEW: nobody has looked at it yet."""

    NEW = "new"
    UNKNOWN = "unknown"
    SEVERAL = "several"
    UNDER = "under"
    OVER = "over"
    LATE = "late"
    PAID_ALREADY = "paid_already"
    WRONG_CURRENCY = "wrong_currency"
    NOT_OWED = "not_owed"
    OUTGOING = "outgoing"
    REVERSAL = "reversal"


@dataclass(frozen=True)
class ParsedLine:
    """A movement as the bank writes it. A credit is positive."""

    booked_on: date
    value_on: date
    money: Money
    bank_reference: str = ""
    text: str = ""
    party: str = ""
    party_iban: str = ""
    reversal: bool = False


@dataclass(frozen=True)
class ParsedStatement:
    """A statement, or one page of it. `account` is how the bank names the account; balances in minor units."""

    account: str
    currency: str
    number: str
    page: str
    opened_on: date
    closed_on: date
    opening: int
    closing: int
    lines: tuple[ParsedLine, ...]

    @property
    def is_balanced(self) -> bool:
        """Whether the lines lead from the opening to the closing balance."""
        same_currency = all(line.money.currency == self.currency for line in self.lines)
        return same_currency and self.opening + sum(line.money.amount for line in self.lines) == self.closing


@dataclass(frozen=True)
class Extent:
    """What of a statement tells whether another one can have the same movements."""

    number: str
    page: str
    opened_on: date
    closed_on: date
    opening: int
    closing: int

    def is_same(self, other: "Extent") -> bool:
        """Whether both are one statement, perhaps in two formats: these count pages and date openings differently."""
        mine, its = ((one.closed_on, one.opening, one.closing) for one in (self, other))
        numbers = {self.number.lstrip("0"), other.number.lstrip("0")}
        # Without a change of balance two statements of a day look alike.
        return mine == its and not self.is_page_beside(other) and (self.opening != self.closing or len(numbers) == 1)

    def has_whole(self, day: date) -> bool:
        """Whether it has every movement of a day: its first and last day may be shared with other statements, and a
        later page has only some."""
        return self.opened_on < day < self.closed_on and self.page.lstrip("0") in ("", "1")

    def is_continued_by(self, other: "Extent") -> bool:
        """Whether the other opens with the balance this one closed with, not before its last day."""
        return self != other and self.closing == other.opening and self.closed_on <= other.opened_on

    def is_page_beside(self, other: "Extent") -> bool:
        """Whether both are pages of one statement. A format that counts no pages says nothing of them."""
        pages = {self.page.lstrip("0"), other.page.lstrip("0")}
        return self.number.lstrip("0") == other.number.lstrip("0") != "" and len(pages) == 2 and "" not in pages


def exclude_each_other(one: Extent, other: Extent, known: Iterable[Extent]) -> bool:
    """Whether no movement can be in both statements: they are two pages of one statement, or one goes on where the
    other ends, perhaps with further statements, among those that are known, between them."""
    if one == other or one.is_same(other):
        return False
    if one.is_page_beside(other):
        return True
    extents = {one, other, *known}
    return _leads_to(one, other, extents) or _leads_to(other, one, extents)


def _leads_to(first: Extent, last: Extent, extents: set[Extent]) -> bool:
    reached, ends = {first}, [first]
    while ends:
        end = ends.pop()
        following = {one for one in extents - reached if end.is_continued_by(one)}
        if last in following:
            return True
        reached |= following
        ends += following
    return False


def extent_of(statement: ParsedStatement) -> Extent:
    """The extent of a parsed statement."""
    return Extent(
        statement.number,
        statement.page,
        statement.opened_on,
        statement.closed_on,
        statement.opening,
        statement.closing,
    )


def fingerprint(iban: str, line: ParsedLine) -> str:
    """What all copies of a movement share: account, day and amount with the bank's reference, or else with its text.

    Two real movements may share it, so that they are counted.
    """
    reference = compact(line.bank_reference)
    words = (reference,) if reference not in NO_REFERENCE else ("", compact(line.text), compact(line.party))
    parts = (iban, line.money.currency, line.booked_on.isoformat(), str(line.money.amount), *words)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def compact(text: str) -> str:
    """The letters and digits of a text in upper case: formats and versions of parsers differ in the rest."""
    return "".join(sign for sign in text.upper() if sign.isalnum())


@dataclass(frozen=True)
class Part:
    """Money of one line that is still open, in the order in which lines are used: `order` is the same in every run."""

    line: str
    amount: int
    order: tuple[str, str, int]


def parts_for(owed: int, parts: Sequence[Part]) -> dict[str, int] | None:
    """How much of which line pays `owed`; None while it is not enough.

    A line of exactly the owed amount pays alone; otherwise the oldest pay first, and the last one may keep a rest.
    """
    in_order = sorted(parts, key=lambda one: one.order)
    exact = [part for part in in_order if part.amount == owed]
    taken: dict[str, int] = {}
    for part in exact[:1] or in_order:
        if owed > 0:
            taken[part.line] = min(part.amount, owed)
            owed -= taken[part.line]
    return taken if owed == 0 else None
