"""A mission with an account at a bank that sends statements."""

from collections.abc import Callable
from datetime import date
from typing import ClassVar

from sqlalchemy import func, select

from services.consular import missions
from services.consular.payments.ledger import entries
from services.consular.payments.transfers.import_statement import import_file
from services.consular.payments.transfers.model import BankLine
from services.consular.workflow.money.transfers import settle_transfer
from shared.database.db import Database
from shared.identity.actor import Actor
from tests.conftest import HOME, officer
from tests.factories.applications import Counter
from tests.factories.payments.bank import Movement, Statement, camt, open_account

CASHIER = officer("cashier")


class Mission:
    """A mission with an account, and what its bank sends."""

    statements: ClassVar[int] = 0

    def __init__(self, database: Database) -> None:
        self.database = database
        with database.scope(HOME) as session:
            if session.scalar(select(func.count()).select_from(BankLine.__table__)) == 0:
                open_account(session)
            self.today = missions.today(session, HOME)

    def receive(self, *movements: Movement, write: Callable[..., bytes] = camt, **more: object) -> list[BankLine]:
        """A statement of today is imported and looked at; its lines in the order of the movements."""
        Mission.statements += 1
        first, last = (movements[0].day if movements else self.today), self.today
        statement = Statement(movements, first, last, 10_000_000 * Mission.statements, str(Mission.statements), **more)  # type: ignore[arg-type]
        with self.database.scope(HOME) as session:
            import_file(session, CASHIER, "statement.xml", write(statement))
        settle_transfer.settle_new(self.database, Actor("service", "consular", "consular", HOME), 100)
        with self.database.scope(HOME) as session:
            lines = session.scalars(select(BankLine).order_by(BankLine.imported_at.desc())).all()[: len(movements)]
        return [next(line for line in lines if line.text.startswith(one.text)) for one in movements]

    def movement(self, amount: int, text: str, day: date | None = None, reference: str = "") -> Movement:
        return Movement(amount, day or self.today, text, reference)

    def lines_of(self, here: Counter) -> list[tuple[str | None, int]]:
        """Reason and open amount of the lines of an application."""
        with self.database.scope(HOME) as session:
            rows = session.scalars(
                select(BankLine).where(BankLine.application == here.reference).order_by(BankLine.amount)
            )
            return [(line.reason, line.open_amount) for line in rows]

    def balances(self) -> dict[tuple[str, str], int]:
        with self.database.scope(HOME) as session:
            return entries.balances(session)
