"""The queue: exceptions first, then what is open by its day, then what is over; page by page, counted up to a limit."""

import itertools
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import FINAL
from services.consular.people.duplicates import CLEARED, OPEN
from services.consular.people.model import Duplicate
from services.consular.views import queue as queue_view
from services.consular.views.queue import EXCEPTIONS, SUBMITTED, Filters, queue
from shared.database.db import now
from shared.values.references import new
from tests.conftest import HOME, officer

SessionFor = Callable[..., Session]
SLUGS = ("passport-renewal", "individual-extract")
DAY = date(2026, 3, 1)
Row = dict[str, object]


def file_rows(session: Session) -> list[Row]:
    """Files of every status, with and without a day, some of which need attention; and one draft."""
    ways = itertools.product([*SUBMITTED, "draft"], (DAY, DAY + timedelta(days=1), None), (None, "money_held"))
    rows: list[Row] = []
    for place, (status, due_on, exception) in enumerate(ways):
        if status == "draft" and (due_on or exception):
            continue
        rows.append(
            {
                "reference": new(HOME, 10),
                "mission": HOME,
                "transaction": SLUGS[place % 2],
                "account": "a",
                "person": f"person-{place}",
                "acting": f"person-{place}",
                "capacity": "holder",
                "status": status,
                "single": False,
                "answers": {},
                "facts": {},
                "round": 0,
                "awaits": None,
                "exception": exception,
                "due_on": due_on,
                "created_at": func.now(),
                "submitted_at": None if status == "draft" else now(session) - timedelta(minutes=place % 3),
                "changed_at": func.now(),
            }
        )
    for row in rows:
        session.execute(insert(Application).values(row))
    return rows


def mark(session: Session, row: Row, other: Row, state: str) -> None:
    values = {"application": row["reference"], "other": other["reference"], "mission": HOME, "kind": "number"}
    people = {"person": row["person"], "other_person": other["person"], "state": state, "found_at": func.now()}
    decided = {"decided_at": func.now(), "decided_by": "o", "reason": "namesakes"} if state == CLEARED else {}
    session.execute(insert(Duplicate).values({**values, **people, **decided}))


def in_order(rows: list[Row], exceptional: set[object]) -> list[object]:
    """The references as they are listed."""

    def place(row: Row) -> tuple[object, ...]:
        due_on = row["due_on"]
        return (
            row["reference"] not in exceptional,
            row["status"] in FINAL,
            due_on is None,
            due_on or DAY,
            row["submitted_at"],
            row["reference"],
        )

    return [row["reference"] for row in sorted(rows, key=place)]


@pytest.mark.parametrize("transaction", ["", *SLUGS])
@pytest.mark.parametrize("status", ["", EXCEPTIONS, *SUBMITTED])
def test_every_page_is_in_order(
    session_for: SessionFor, monkeypatch: pytest.MonkeyPatch, status: str, transaction: str
) -> None:
    session = session_for("consular")
    monkeypatch.setattr(queue_view, "PAGE_ROWS", 4)
    rows = file_rows(session)
    plain = [row for row in rows if row["submitted_at"] and not row["exception"]]
    mark(session, plain[0], plain[1], OPEN)
    mark(session, plain[2], plain[3], CLEARED)
    exceptional = {row["reference"] for row in rows if row["exception"]} | {plain[0]["reference"]}
    wanted = [
        row
        for row in rows
        if row["submitted_at"]
        and transaction in ("", row["transaction"])
        and (status in ("", row["status"]) or (status == EXCEPTIONS and row["reference"] in exceptional))
    ]
    listed: list[object] = []
    for page in itertools.count(1):
        answer = queue(session, officer(), Filters(status, transaction, page=page, rows=queue_view.PAGE_ROWS))
        listed += [row["reference"] for row in answer["rows"]]
        if not answer["more"]:
            break
    assert listed == in_order(wanted, exceptional)


def test_a_status_is_counted_up_to_a_limit(session_for: SessionFor, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_for("consular")
    rows = file_rows(session)
    answer = queue(session, officer(), Filters())
    submitted = [row for row in rows if row["submitted_at"]]
    assert answer["counts"] == {
        **{status: sum(row["status"] == status for row in submitted) for status in SUBMITTED},
        EXCEPTIONS: sum(row["exception"] is not None for row in submitted),
    }
    assert answer["count_limit"] == 1_000
    monkeypatch.setattr(queue_view, "COUNT_LIMIT", 2)
    limited = queue(session, officer(), Filters())
    assert (limited["count_limit"], set(limited["counts"].values())) == (2, {3})
