"""Imports a file of bank statements: every movement that is not known yet is booked from the bank into suspense.

The same movement may come in many files, in any order: in the same file again, in a longer statement, in the pages of
one. It has one row and one entry.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Text, any_, insert, literal, select
from sqlalchemy.orm import Session

from services.consular.missions.calendar import take_lock
from services.consular.payments.ledger import accounts, entries
from services.consular.payments.ledger.postings import Posting
from services.consular.payments.transfers.accounts import find_account
from services.consular.payments.transfers.model import BankAccount, BankLine, BankStatement, Sighting, StatementFile
from services.consular.payments.transfers.rules import (
    Extent,
    ParsedLine,
    ParsedStatement,
    Reason,
    copies,
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
Known = dict[str, set[UUID]]


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
    stored = _StoredLines(session, mission, parsed.statements, _prints(parsed.statements, known_accounts))
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


def _prints(statements: Iterable[ParsedStatement], known: Iterable[BankAccount]) -> set[str]:
    pairs = zip(statements, known, strict=True)
    return {fingerprint(account.iban, line) for statement, account in pairs for line in statement.lines}


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


class _StoredLines:
    """The lines that are known with their statements, for the fingerprints of one file; and the statements between."""

    def __init__(self, session: Session, mission: str, statements: Sequence[ParsedStatement], prints: set[str]) -> None:
        self.session, self.mission = session, mission
        self.by_print: dict[str, Known] = defaultdict(dict)
        self.extents: dict[UUID, Extent] = {}
        self.last: dict[str, int] = defaultdict(int)
        self.sightings: list[dict[str, object]] = []
        first, last = min(one.opened_on for one in statements), max(one.closed_on for one in statements)
        for row in session.scalars(
            select(BankStatement).where(BankStatement.closed_on >= first, BankStatement.opened_on <= last)
        ):
            self.extents[row.id] = _extent(row)
        rows = session.execute(
            select(BankLine.reference, BankLine.fingerprint, BankLine.occurrence, BankStatement)
            .join(Sighting, Sighting.line == BankLine.reference)
            .join(BankStatement, BankStatement.id == Sighting.statement)
            .where(BankLine.fingerprint == any_(literal(list(prints), ARRAY(Text))))
            .order_by(BankLine.fingerprint, BankLine.occurrence)
        )
        for reference, mark, occurrence, statement in rows:
            self.by_print[mark].setdefault(reference, set()).add(statement.id)
            self.extents[statement.id] = _extent(statement)
            self.last[mark] = max(self.last[mark], occurrence)

    def add(self, statement: UUID, extent: Extent, account: BankAccount, parsed: ParsedStatement) -> list[BankLine]:
        """The lines of a statement that no known line can be."""
        self.extents[statement] = extent
        by_print: dict[str, list[ParsedLine]] = defaultdict(list)
        for line in parsed.lines:
            by_print[fingerprint(account.iban, line)].append(line)
        fresh = []
        for mark, count in copies(fingerprint(account.iban, line) for line in parsed.lines).items():
            same = [line for line, seen in self.by_print[mark].items() if self._may_be_in(statement, seen)][:count]
            for known in same:
                self._see(mark, known, statement)
            fresh += [self._new(mark, account, line, statement) for line in by_print[mark][len(same) :]]
        return fresh

    def _may_be_in(self, statement: UUID, seen: set[UUID]) -> bool:
        extent = self.extents[statement]
        known = self.extents.values()
        return statement in seen or not any(exclude_each_other(extent, self.extents[other], known) for other in seen)

    def _see(self, mark: str, line: str, statement: UUID) -> None:
        seen = self.by_print[mark].setdefault(line, set())
        if statement not in seen:
            seen.add(statement)
            self.sightings.append({"line": line, "statement": statement, "mission": self.mission})

    def _new(self, mark: str, account: BankAccount, line: ParsedLine, statement: UUID) -> BankLine:
        self.last[mark] += 1
        reference = references.new(self.mission, REFERENCE_LENGTH, "T")
        self._see(mark, reference, statement)
        return BankLine(
            reference=reference,
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
