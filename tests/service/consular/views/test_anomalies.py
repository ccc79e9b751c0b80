"""Signs of trade with seats: who lets go, who passes on, who shares a document, who acts for many; and who may look."""

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.appointments.model import Appointment
from services.consular.views.anomalies import anomalies
from shared.database.audit import event
from shared.database.db import Database
from tests.conftest import HOME, officer
from tests.factories.applications import Counter

SERVICE = "passport"
START = datetime(2031, 3, 3, 7, tzinfo=UTC)


def seat(mine: Counter, place: int, state: str, **more: Any) -> Appointment:
    """An appointment of a file, as booking leaves it."""
    now = datetime.now(UTC)
    starts_at = START + timedelta(minutes=15 * place)
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "mission": HOME,
        "service": SERVICE,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=15),
        "seat": 1,
        "window": "1",
        "month": date(2031, 3, 1),
        "place": place + 1,
        "application": mine.reference,
        "person": mine.person.actor.person,
        "document": f"N{mine.reference}"[:12],
        "counted_for": mine.person.actor.person,
        "state": state,
        "held_until": now + timedelta(minutes=10) if state == "held" else None,
        "made_at": now - timedelta(hours=1),
        "changed_at": now - timedelta(minutes=30),
    }
    return Appointment(**values | more)


def drafted(counter: Callable[..., Counter]) -> Counter:
    mine = counter()
    mine.fill("embassy-queue-riyadh")
    return mine


def signs(session: Session, role: str = "officer") -> dict[str, Any]:
    return anomalies(session, officer(role))


def references(rows: list[dict[str, Any]]) -> set[str]:
    return {row["reference"] for row in rows}


@pytest.mark.parametrize(("count", "is_shown"), [(4, False), (5, True)])
def test_a_file_that_lets_go_again_and_again(
    counter: Callable[..., Counter], database: Callable[[str], Database], count: int, is_shown: bool
) -> None:
    mine = drafted(counter)
    states = ["released", "expired", "moved", "cancelled", "cancelled_late"]
    with database("consular").scope(HOME) as session:
        session.add_all(seat(mine, place, state) for place, state in enumerate(states[:count]))
        session.add(seat(mine, 5 + count, "booked"))
    with database("consular").scope(HOME) as session:
        row = next((row for row in signs(session)["returned"] if row["reference"] == mine.reference), None)
    assert row == ({"reference": mine.reference, "taken": count + 1, "returned": count} if is_shown else None)


@pytest.mark.parametrize(
    ("minutes", "seats", "is_shown"), [(1, 2, True), (10, 2, True), (11, 2, False), (-1, 2, False), (1, 1, False)]
)
def test_seats_that_are_passed_on_within_minutes(
    counter: Callable[..., Counter], database: Callable[[str], Database], minutes: int, seats: int, is_shown: bool
) -> None:
    giver, taker = drafted(counter), drafted(counter)
    freed = datetime.now(UTC) - timedelta(minutes=30)
    with database("consular").scope(HOME) as session:
        for place in range(seats):
            session.add(seat(giver, 20 + place, "released", changed_at=freed))
            taken = {"made_at": freed + timedelta(minutes=minutes)}
            session.add(seat(taker, 20 + place, "cancelled", **taken))
    with database("consular").scope(HOME) as session:
        pairs = {(row["reference"], row["taker"]): row["seats"] for row in signs(session)["passed"]}
    assert pairs.get((giver.reference, taker.reference)) == (seats if is_shown else None)
    assert (taker.reference, giver.reference) not in pairs


def test_one_document_of_two_people(counter: Callable[..., Counter], database: Callable[[str], Database]) -> None:
    first, second, third = drafted(counter), drafted(counter), drafted(counter)
    with database("consular").scope(HOME) as session:
        session.add_all(seat(one, 40 + n, "cancelled", document="N7654321") for n, one in enumerate((first, second)))
        session.add(seat(third, 45, "cancelled"))
    with database("consular").scope(HOME) as session:
        shown = {tuple(sorted(row["references"])): row["persons"] for row in signs(session)["documents"]}
    assert shown[tuple(sorted((first.reference, second.reference)))] == 2
    assert not any(third.reference in pair for pair in shown)


@pytest.mark.parametrize(("people", "is_shown"), [(4, False), (5, True)])
def test_who_acts_for_many(
    counter: Callable[..., Counter], database: Callable[[str], Database], people: int, is_shown: bool
) -> None:
    files = [drafted(counter) for _ in range(people)]
    agent = uuid.uuid4().hex
    with database("consular").scope(HOME) as session:
        session.add_all(seat(one, 60 + n, "booked") for n, one in enumerate(files))
        mine = Application.reference.in_(one.reference for one in files)
        session.execute(update(Application).where(mine).values(acting=agent, capacity="guardian"))
    with database("consular").scope(HOME) as session:
        rows = [row for row in signs(session)["agents"] if files[0].reference in row["references"]]
        session.execute(
            update(Appointment).where(Appointment.application.in_(f.reference for f in files)).values(state="cancelled")
        )
    assert [row["persons"] for row in rows] == ([people] if is_shown else [])
    assert agent not in str(rows)


def test_what_is_long_ago_or_elsewhere_is_no_sign(
    counter: Callable[..., Counter], database: Callable[[str], Database]
) -> None:
    mine = drafted(counter)
    long_ago = {"made_at": datetime.now(UTC) - timedelta(days=15)}
    with database("consular").scope(HOME) as session:
        session.add_all(seat(mine, 80 + place, "released", **long_ago) for place in range(6))
    with database("consular").scope(HOME) as session:
        assert mine.reference not in references(signs(session)["returned"])
    with database("consular").scope("BER") as session:
        assert not any(anomalies(session, officer("officer", "BER"))[name] for name in ("returned", "passed"))


def test_who_looks_is_recorded_and_others_may_not(
    counter: Callable[..., Counter], database: Callable[[str], Database]
) -> None:
    client = counter().client
    looking = ("officer", "head_of_mission", "auditor")
    for role in (*looking, "clerk", "cashier"):
        answer = client.get("/desk/anomalies", officer(role))
        assert answer.status_code == (200 if role in looking else 403)
    with database("consular").scope(HOME) as session:
        readers = session.scalars(select(event.c.actor).where(event.c.action == "anomaly.read")).all()
    assert {f"{role}-{HOME}" for role in looking} <= set(readers)
