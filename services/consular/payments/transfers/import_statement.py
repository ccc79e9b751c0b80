"""Imports a file of bank statements: every movement that is not known yet is booked from the bank into suspense.

The same movement may come in many files, in any order: in the same file again, in a longer statement, in the pages of
one. It has one row and one entry. So has a batch that one file has as a sum and another one has one by one.
"""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, BigInteger, any_, insert, literal, select
from sqlalchemy.orm import Session

from services.consular.missions.calendar import take_lock
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.transfers.accounts import find_account
from services.consular.payments.transfers.grouped import not_grouped
from services.consular.payments.transfers.model import BankAccount, BankLine, BankStatement, Sighting, StatementFile
from services.consular.payments.transfers.rules import (
    Extent,
    ParsedLine,
    ParsedStatement,
    Reason,
    exclude_each_other,
    extent_of,
    fingerprint,
)
from services.consular.payments.transfers.statements.read import read_file
from shared.database import audit
from shared.database.db import now
from shared.errors import Invalid
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.person import strip_controls

REFERENCE_LENGTH, FILENAME_LENGTH = 10, 120
# What a bank may write at most into a text or a name; the rest of a longer one is left out.
TEXT_LENGTH, PARTY_LENGTH, NAME_LENGTH = 2_000, 200, 80
# Formats differ by some days in when a movement was booked.
LATER_DAY = timedelta(days=10)
# Account, currency and minor units.
Amount = tuple[str, str, int]


def import_file(session: Session, actor: Actor, filename: str, content: bytes) -> StatementFile:
    """Books the movements of a file that are not known yet; `fresh` is how many. Repeating it books nothing.

    Raises TooLarge and Invalid, see `read_file`; Invalid (statement_account) for an account that is not the mission's.
    """
    mission = session.info["mission"]
    check_access(actor, "bank.import", mission=mission)
    parsed = read_file(content)
    # One file of a mission at a time, so that two with the same movements see each other.
    take_lock(session, "bank statements", mission)
    known_accounts = [_account(session, statement) for statement in parsed.statements]
    file = StatementFile(
        reference=references.new(mission, REFERENCE_LENGTH, "B"),
        mission=mission,
        filename=strip_controls(filename)[-FILENAME_LENGTH:],
        format=parsed.format,
        sha256=hashlib.sha256(content).hexdigest(),
        lines=parsed.lines,
        fresh=0,
        imported_at=now(session),
        imported_by=actor.id,
    )
    stored = _StoredMovements(session, mission, parsed.statements)
    fresh: list[BankLine] = []
    statements: list[BankStatement] = []
    for statement, account in zip(parsed.statements, known_accounts, strict=True):
        row = _statement_row(session, file, account, statement, statements)
        fresh += stored.add(row.id, extent_of(statement), account, statement)
    file.fresh = len(fresh)
    session.add(file)
    session.flush()
    session.add_all(statements)
    session.add_all(fresh)
    session.flush()
    stored.write_sightings()
    for line in fresh:
        _book(session, actor, line)
    audit.record(session, actor, "statement.imported", file.reference, lines=file.lines, fresh=file.fresh)
    return file


def _account(session: Session, statement: ParsedStatement) -> BankAccount:
    account = find_account(session, statement.account, statement.currency)
    if account is None:
        raise Invalid("statement_account", field="file")
    return account


def _statement_row(
    session: Session, file: StatementFile, account: BankAccount, statement: ParsedStatement, new: list[BankStatement]
) -> BankStatement:
    """The row of a statement; one that was imported before, or twice in this file, has it already."""
    identity = {
        "mission": file.mission,
        "iban": account.iban,
        "currency": statement.currency,
        "number": statement.number[:NAME_LENGTH],
        "page": statement.page[:NAME_LENGTH],
        "opened_on": statement.opened_on,
        "closed_on": statement.closed_on,
        "opening": statement.opening,
        "closing": statement.closing,
    }
    same = (row for row in new if all(getattr(row, name) == value for name, value in identity.items()))
    existing = next(same, None) or session.scalar(select(BankStatement).filter_by(**identity))
    if existing is not None:
        return existing
    row = BankStatement(id=uuid4(), file=file.reference, **identity)
    new.append(row)
    return row


@dataclass
class _StoredLine:
    """A line that is known, with the statements that have it."""

    reference: str
    mark: str
    day: date
    seen: set[UUID]


class _StoredMovements:
    """The lines that are known with their statements, for the amounts of one file; and the statements between."""

    def __init__(self, session: Session, mission: str, statements: Sequence[ParsedStatement]) -> None:
        self.session, self.mission = session, mission
        self.known: dict[Amount, list[_StoredLine]] = defaultdict(list)
        self.extents: dict[UUID, Extent] = {}
        self.last: dict[str, int] = defaultdict(int)
        self.sightings: list[dict[str, object]] = []
        days = {
            day for one in statements for day in (one.opened_on, one.closed_on, *(line.booked_on for line in one.lines))
        }
        first, last = min(days) - LATER_DAY, max(days) + LATER_DAY
        for row in session.scalars(
            select(BankStatement).where(BankStatement.closed_on >= first, BankStatement.opened_on <= last)
        ):
            self.extents[row.id] = _extent(row)
        amounts = sorted({line.money.amount for one in statements for line in one.lines})
        rows = session.execute(
            select(BankLine, BankStatement)
            .join(Sighting, Sighting.line == BankLine.reference)
            .join(BankStatement, BankStatement.id == Sighting.statement)
            .where(
                BankLine.amount == any_(literal(amounts, ARRAY(BigInteger))), BankLine.booked_on.between(first, last)
            )
            .order_by(BankLine.booked_on, BankLine.fingerprint, BankLine.occurrence)
        )
        by_reference: dict[str, _StoredLine] = {}
        for line, statement in rows:
            if line.reference not in by_reference:
                by_reference[line.reference] = _StoredLine(line.reference, line.fingerprint, line.booked_on, set())
                self.known[line.iban, line.currency, line.amount].append(by_reference[line.reference])
            by_reference[line.reference].seen.add(statement.id)
            self.extents[statement.id] = _extent(statement)
            self.last[line.fingerprint] = max(self.last[line.fingerprint], line.occurrence)

    def add(self, statement: UUID, extent: Extent, account: BankAccount, parsed: ParsedStatement) -> list[BankLine]:
        """The lines of a statement that no known line can be."""
        self.extents[statement] = extent
        excluded = {
            other: exclude_each_other(extent, seen, self.extents.values()) for other, seen in self.extents.items()
        }
        by_amount: dict[Amount, list[ParsedLine]] = defaultdict(list)
        for line in parsed.lines:
            by_amount[account.iban, line.money.currency, line.money.amount].append(line)
        fresh = []
        for amount, lines in by_amount.items():
            free = [
                one for one in self.known[amount] if statement in one.seen or not any(excluded[s] for s in one.seen)
            ]
            left = [line for line in lines if not self._is_copy(fingerprint(account.iban, line), free, statement)]
            fresh += [line for line in left if not self._is_counted_already(line, free, statement)]
        seen = [str(one["line"]) for one in self.sightings if one["statement"] == statement]
        fresh = not_grouped(self.session, account, statement, self.extents, seen, fresh) if fresh else []
        return [self._new(account, line, statement) for line in fresh]

    def _is_copy(self, mark: str, free: list[_StoredLine], statement: UUID) -> bool:
        """Whether a known line is the same word for word; it is seen here and taken."""
        return self._take(statement, free, [one for one in free if one.mark == mark])

    def _is_counted_already(self, line: ParsedLine, free: list[_StoredLine], statement: UUID) -> bool:
        """Whether a known line must be this one although the bank wrote it otherwise, or left its reference out: both
        statements have all movements of the same time, so that equal amounts are counted."""
        extent = self.extents[statement]
        same = [one for one in free if any(self._is_counted(line, one, extent, seen) for seen in one.seen)]
        return self._take(statement, free, sorted(same, key=lambda one: one.day != line.booked_on))

    def _is_counted(self, line: ParsedLine, known: _StoredLine, extent: Extent, seen: UUID) -> bool:
        other = self.extents[seen]
        is_day = known.day == line.booked_on and (extent.has_whole(known.day) or other.has_whole(known.day))
        return is_day or extent == other or extent.is_same(other)

    def _take(self, statement: UUID, free: list[_StoredLine], same: list[_StoredLine]) -> bool:
        known = min(same, key=lambda one: statement not in one.seen, default=None)
        if known is None:
            return False
        free.remove(known)
        self._see(known, statement)
        return True

    def _see(self, known: _StoredLine, statement: UUID) -> None:
        if statement not in known.seen:
            known.seen.add(statement)
            self.sightings.append({"line": known.reference, "statement": statement, "mission": self.mission})

    def _new(self, account: BankAccount, line: ParsedLine, statement: UUID) -> BankLine:
        mark = fingerprint(account.iban, line)
        self.last[mark] += 1
        known = _StoredLine(references.new(self.mission, REFERENCE_LENGTH, "T"), mark, line.booked_on, set())
        self.known[account.iban, line.money.currency, line.money.amount].append(known)
        self._see(known, statement)
        return BankLine(
            reference=known.reference,
            mission=self.mission,
            iban=account.iban,
            fingerprint=mark,
            occurrence=self.last[mark],
            booked_on=line.booked_on,
            value_on=line.value_on,
            amount=line.money.amount,
            currency=line.money.currency,
            open_amount=line.money.amount,
            bank_reference=strip_controls(line.bank_reference)[:NAME_LENGTH],
            text=strip_controls(line.text)[:TEXT_LENGTH],
            party=strip_controls(line.party)[:PARTY_LENGTH],
            party_iban=strip_controls(line.party_iban)[:NAME_LENGTH],
            reason=Reason.REVERSAL.value if line.reversal else Reason.NEW.value,
            imported_at=now(self.session),
            changed_at=now(self.session),
        )

    def write_sightings(self) -> None:
        """To be called when the lines are written."""
        if self.sightings:
            self.session.execute(insert(Sighting), self.sightings)


def _extent(row: BankStatement) -> Extent:
    return Extent(row.number, row.page, row.opened_on, row.closed_on, row.opening, row.closing)


def _book(session: Session, actor: Actor, line: BankLine) -> None:
    """Each movement is booked once, whatever becomes of it: the bank has the money, its purpose is not clear yet."""
    entries.post_entry(
        session,
        actor,
        mission=line.mission,
        kind="suspense",
        source=line.reference,
        about=line.reference,
        postings=[Posting(accounts.BANK, line.money), Posting(accounts.SUSPENSE, -line.money)],
    )
