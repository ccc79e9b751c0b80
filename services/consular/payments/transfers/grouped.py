"""Movements that one statement has as a sum and another one of the same time has one by one: batches of transfers."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.transfers.model import BankAccount, BankLine, Sighting
from services.consular.payments.transfers.rules import Extent, ParsedLine

# A movement's day and its minor units.
DayAmount = tuple[date, int]


def not_grouped(
    session: Session,
    account: BankAccount,
    statement: UUID,
    extents: Mapping[UUID, Extent],
    seen: Collection[str],
    lines: Sequence[ParsedLine],
) -> list[ParsedLine]:
    """The lines of a statement that are new also where another one has a sum for several, or several for a sum.

    `lines` are those that no known line can be; `seen` the known lines that are in the statement. Two statements of one
    time have the same money: where what only one of them has and what only the other has add up alike, it is booked.
    """
    extent, left = extents[statement], list(lines)
    for other, its in extents.items():
        is_same = extent == its or extent.is_same(its)
        days = {line.booked_on for line in left if extent.has_whole(line.booked_on) and its.has_whole(line.booked_on)}
        if other == statement or not (days or (left and is_same)):
            continue
        known = _only_in(session, account, other, statement, seen)
        booked, new = _sums(known, is_same), _sums([(line.booked_on, line.money.amount) for line in left], is_same)
        grouped = {key for key in booked if booked[key] == new[key] and (is_same or key[0] in days)}
        left = [line for line in left if _key((line.booked_on, line.money.amount), is_same) not in grouped]
    return left


def _key(movement: DayAmount, is_same: bool) -> tuple[date | None, bool]:
    """Movements that may be one: of one side, and of one day where the statements are not the same."""
    day, amount = movement
    return None if is_same else day, amount > 0


def _sums(movements: Sequence[DayAmount], is_same: bool) -> dict[tuple[date | None, bool], int]:
    sums: dict[tuple[date | None, bool], int] = defaultdict(int)
    for movement in movements:
        sums[_key(movement, is_same)] += movement[1]
    return sums


def _only_in(
    session: Session, account: BankAccount, other: UUID, statement: UUID, seen: Collection[str]
) -> list[DayAmount]:
    """Day and amount of the lines that are in another statement of the account, and not in this one."""
    here = select(Sighting.line).where(Sighting.statement == statement)
    rows = session.execute(
        select(BankLine.booked_on, BankLine.amount)
        .join(Sighting, Sighting.line == BankLine.reference)
        .where(Sighting.statement == other, BankLine.iban == account.iban, BankLine.currency == account.currency)
        .where(BankLine.reference.not_in(here), BankLine.reference.not_in(seen))
    )
    return [(day, amount) for day, amount in rows]
