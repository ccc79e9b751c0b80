"""The missions: the list of them, the calendar day at each, and the loop of a job over all of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from services.consular.data import rows_of
from services.consular.missions import reference_data
from services.consular.missions.model import Mission, Office
from shared.database import db
from shared.database.db import Database
from shared.documents import issuer
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.values import dates

# The status of rows that exist for demonstrations alone.
DEMO = "demo"


def address(session: Session, code: str) -> dict[str, str]:
    """A mission's address in both languages; empty where the mission has published none."""
    day = today(session, code)
    office = next((row for row in reference_data.rows(session, Office) if row.code == code and row.holds_on(day)), None)
    return {"ar": office.address_ar, "en": office.address_en} if office else {"ar": "", "en": ""}


def find(session: Session, code: str | None) -> Mission:
    """The mission of a code such as RUH. Raises NotFound."""
    mission = _by_code(session).get(code or "")
    if mission is None:
        raise NotFound("mission_unknown")
    return mission


def list_all(session: Session) -> list[Mission]:
    """All missions by code."""
    return list(_by_code(session).values())


def _by_code(session: Session) -> dict[str, Mission]:
    return reference_data.value(session, "missions", lambda: _present(session))


def _present(session: Session) -> dict[str, Mission]:
    """All that there are: outside demo mode none that exists for demonstrations alone."""
    is_demo = issuer.current().specimen
    return {row.code: row for row in reference_data.rows(session, Mission) if is_demo or row.status != DEMO}


def today(session: Session, code: str | None) -> date:
    """The calendar day at a mission, by the database's clock. Raises NotFound for an unknown mission."""
    return day_of(session, code, db.now(session))


def day_of(session: Session, code: str | None, instant: datetime) -> date:
    """The calendar day of an instant at a mission. Raises NotFound for an unknown mission."""
    return dates.local_date(instant, find(session, code).zone)


def each_mission(database: Database, actor: Actor, moment: datetime | None = None) -> list[tuple[Actor, date]]:
    """The actor at each mission, and the calendar day there at `moment`.

    `moment` replaces the database's clock. The transaction that reads the missions has ended on return, so that
    the job opens one of its own for each mission.
    """
    with database.scope(None) as session:
        instant = moment or db.now(session)
        return [
            (replace(actor, mission=mission.code), dates.local_date(instant, mission.zone))
            for mission in list_all(session)
        ]


def zones(session: Session) -> list[str]:
    """The time zones of all missions."""
    return sorted({mission.zone for mission in list_all(session)})


def do_at_each_mission(
    database: Database, actor: Actor, verb: Callable[[Session, Actor, date], int], moment: datetime | None = None
) -> int:
    """Runs a verb at each mission, in a transaction of its own, with the calendar day there; adds up what it returns.

    `moment` as in `each_mission`.
    """
    count = 0
    for worker, day in each_mission(database, actor, moment):
        with database.scope(worker.mission) as session:
            count += verb(session, worker, day)
    return count


def check_zones() -> None:
    """Raises ZoneInfoNotFoundError at start when the zone data lack a mission's zone."""
    for zone in sorted({row["zone"] for row in rows_of("mission")}):
        ZoneInfo(zone)
