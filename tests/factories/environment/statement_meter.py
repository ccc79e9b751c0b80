"""Counts the statements that a use case sends to PostgreSQL, whichever service of this process sends them."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from deploy.dev.checks.sources import ROOT
from deploy.dev.checks.statements import BUDGETS
from services.gateway.web.sent_forms import kept_answers

# Every transaction enters its mission by one statement, which is not counted. BEGIN and COMMIT take no cursor.
UNCOUNTED = "set_config('mahjar.mission'"
# The frame that sent a statement is looked for above these: they send for everybody.
SENDERS = ("shared/database/",)
SHOWN_CHARACTERS = 200


@dataclass(frozen=True)
class Statement:
    """A statement as it was sent, and the function that sent it."""

    sql: str
    sent_by: str


@dataclass
class StatementCount:
    """The statements sent while a use case ran."""

    use_case: str
    statements: list[Statement] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.statements)

    def __str__(self) -> str:
        lines = [f"{self.use_case}: {len(self)} statements, allowed {BUDGETS[self.use_case]}"]
        for number, statement in enumerate(self.statements, 1):
            sql = " ".join(statement.sql.split())
            lines += [f"{number:4} {statement.sent_by}", f"     {sql[:SHOWN_CHARACTERS]}"]
        return "\n".join(lines)

    def note(self, query: Any, times: int = 1) -> None:
        """Notes a statement that is sent once, or once for each of several rows."""
        sql = query if isinstance(query, str) else str(query)
        if UNCOUNTED not in sql:
            self.statements += [Statement(sql, sender())] * times


def sender() -> str:
    """File, line and name of the nearest function of the services or of what they share."""
    frame = sys._getframe()
    while frame is not None and frame.f_back is not None:
        frame = frame.f_back
        path = Path(frame.f_code.co_filename)
        name = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else ""
        if name.startswith(("services/", "shared/")) and not name.startswith(SENDERS):
            return f"{name}:{frame.f_lineno} {frame.f_code.co_name}"
    return "outside the services"


@dataclass
class StatementMeter:
    """`with statements.within("submit"):` fails where the block sends more statements than its budget."""

    patch: pytest.MonkeyPatch

    @contextmanager
    def within(self, use_case: str) -> Iterator[StatementCount]:
        """Counts, prints what was sent, and compares with the budget.

        What the process does once (a first connection, a cache of reference data) is done before it is measured: a test
        plays the use case once, or what reads the same reference data. What it does once a minute is not counted.
        """
        count = StatementCount(use_case)
        with self.patch.context() as patch:
            _listen(patch, count)
            yield count
        print(count)
        assert len(count) <= BUDGETS[use_case], f"\n{count}"


def _listen(patch: pytest.MonkeyPatch, count: StatementCount) -> None:
    execute, executemany = psycopg.Cursor.execute, psycopg.Cursor.executemany

    def count_execute(self: psycopg.Cursor[Any], query: Any, *arguments: Any, **options: Any) -> Any:
        count.note(query)
        return execute(self, query, *arguments, **options)

    def count_executemany(self: psycopg.Cursor[Any], query: Any, rows: Sequence[Any], **options: Any) -> Any:
        sent = list(rows)
        count.note(query, len(sent))
        return executemany(self, query, sent, **options)

    patch.setattr(kept_answers, "SWEEP_SECONDS", float("inf"))
    patch.setattr(psycopg.Cursor, "execute", count_execute)
    patch.setattr(psycopg.Cursor, "executemany", count_executemany)
