"""Draws as a mission announces and conducts them, with the clock moved instead of waited for."""

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.consular.appointments.lottery.announce import DrawRequest, announce
from services.consular.appointments.lottery.close import close_due
from services.consular.appointments.lottery.enter import find_draw
from services.consular.appointments.lottery.model import Draw
from services.consular.appointments.lottery.publish import file_of, names_of
from services.consular.missions import today
from services.consular.workflow.seats.draws import conduct_draw
from services.consular.workflow.seats.offers import hold_offered, to_hold
from shared.database.db import Database
from shared.identity.actor import service
from tests.conftest import HOME, officer
from tests.factories.applications import Counter

SERVICE, BEACON, ADDRESS = "passport", b"an outside beacon\n", "/nowhere/{epoch}"
WORKER = service("consular", HOME)


def request_for(session: Session, days: tuple[int, int] = (8, 12), wanted: str = SERVICE) -> DrawRequest:
    """A draw that opens in an hour, of the days so far ahead."""
    now, first = datetime.now(UTC), today(session, HOME)
    times = [now + timedelta(hours=hours) for hours in (1, 25, 26)]
    first_day, last_day = (first + timedelta(days=days_ahead) for days_ahead in days)
    return DrawRequest(wanted, first_day, last_day, *times)


def open_draw(
    database: Database, days: tuple[int, int] = (8, 12), wanted: str = SERVICE, beacon: str = ADDRESS
) -> Draw:
    """An announced draw that takes entries now."""
    with database.scope(HOME) as session:
        draw = announce(session, officer("officer"), HOME, request_for(session, days, wanted), beacon)
        code = draw.code
    set_times(database, code, opens_at=timedelta(hours=-1), closes_at=timedelta(hours=1), draws_at=timedelta(hours=2))
    with database.scope(HOME) as session:
        return find_draw(session, code)


def set_times(database: Database, code: str, **offsets: timedelta) -> None:
    """Sets the times of a draw, as seen from now."""
    now = datetime.now(UTC)
    values: dict[str, Any] = {name: now + offset for name, offset in offsets.items()}
    with database.scope(HOME) as session:
        values["announced_at"] = min(values["opens_at"], now)
        session.execute(update(Draw).where(Draw.code == code).values(values))


def close(database: Database, code: str) -> None:
    """The entries are published; the draw is due."""
    set_times(database, code, opens_at=timedelta(-1), closes_at=timedelta(hours=-1), draws_at=timedelta(minutes=-1))
    with database.scope(HOME) as session:
        close_due(session, WORKER)


def conduct(database: Database, code: str, beacon: bytes = BEACON) -> None:
    """Closes, draws, and holds what was given."""
    close(database, code)
    with database.scope(HOME) as session:
        conduct_draw(session, WORKER, code, beacon)
        given = to_hold(session)
    for reference in given:
        with database.scope(HOME) as session:
            hold_offered(session, WORKER, reference)


def download(database: Database, code: str, folder: Path) -> Path:
    """The published files of a draw, in a folder."""
    with database.scope(HOME) as session:
        for name in names_of(session, code):
            (folder / name).write_bytes(file_of(session, code, name))
    return folder


def days_of(draw: Draw) -> dict[str, str]:
    """All days of a draw."""
    return {"first_day": draw.first_day.isoformat(), "last_day": draw.last_day.isoformat()}


def enter(mine: Counter, draw: Draw, *others: Counter, **more: object) -> Any:
    """The answer to an entry over HTTP."""
    together = [mine.reference, *(other.reference for other in others)]
    body = {"key": uuid.uuid4().hex, "applications": together, **days_of(draw), **more}
    return mine.client.post(f"/draws/{draw.code}/enter", mine.person.actor, body)


def chances(mine: Counter) -> dict[str, Any]:
    """What an applicant sees of draws and the list."""
    answer = mine.ask_as_applicant("GET", "/chances")
    assert answer.status_code == 200, answer.get_json()
    return dict(answer.get_json())
