"""Closures of a mission on public holidays: computed for the days asked for, unless the mission has removed one."""

from collections.abc import Iterator
from datetime import date

from sqlalchemy.orm import Session

from services.consular.missions import public_holidays, reference_data
from services.consular.missions.model import (
    HOST_HOLIDAY,
    SYRIAN_HOLIDAY,
    Closure,
    HolidayRow,
    HostCalendar,
    Mission,
)
from services.consular.missions.public_holidays import Holiday
from shared.catalogue.model import SYRIA

# A holiday that began before the first day asked for may still last.
LONGEST_DAYS = 15


def between(session: Session, mission: Mission, first: date, last: date) -> list[Closure]:
    """The holidays that touch these days and that the mission has not removed. They are stored nowhere."""
    years = range(date.fromordinal(first.toordinal() - LONGEST_DAYS).year, last.year + 1)
    closures = [
        closure
        for closure in (*_of_all(session, years), *_of_host(session, mission, years))
        if closure.first_day <= last and closure.last_day >= first
    ]
    removed = _removed(session, mission, closures)
    return [closure for closure in closures if removal_id(mission.code, closure.id) not in removed]


def find(session: Session, mission: Mission, closure: str) -> Closure | None:
    """The holiday of an id such as DE/2027-10-03/german-unity-day, even if the mission has removed it."""
    country, _, rest = closure.partition("/")
    try:
        years = (date.fromisoformat(rest[:10]).year,)
    except ValueError:
        return None
    found = _of_all(session, years) if country == SYRIA else _of_host(session, mission, years)
    return next((holiday for holiday in found if holiday.id == closure), None)


def removal_id(mission: str, closure: str) -> str:
    """The id of the row by which a mission removes a holiday."""
    return f"{mission}/{closure}"


def _removed(session: Session, mission: Mission, closures: list[Closure]) -> set[str]:
    ids = {removal_id(mission.code, closure.id) for closure in closures}
    rows = reference_data.rows(session, Closure)
    return {row.id for row in rows if row.removed_at is not None and row.id in ids}


def _of_all(session: Session, years: range | tuple[int, ...]) -> Iterator[Closure]:
    for row in reference_data.rows(session, HolidayRow):
        for holiday in public_holidays.of_rule(row.rule, years):
            if row.holds_on(holiday.first_day):
                yield _closure(SYRIA, None, holiday, SYRIAN_HOLIDAY, row)


def _of_host(session: Session, mission: Mission, years: range | tuple[int, ...]) -> Iterator[Closure]:
    for row in (row for row in reference_data.rows(session, HostCalendar) if row.mission == mission.code):
        for year in years:
            for holiday in public_holidays.of_country(row.country, row.region, year):
                if row.holds_on(holiday.first_day):
                    yield _closure(row.country, row.country, holiday, HOST_HOLIDAY, row)


def _closure(prefix: str, country: str | None, holiday: Holiday, kind: str, row: HolidayRow | HostCalendar) -> Closure:
    return Closure(
        id=f"{prefix}/{holiday.first_day.isoformat()}/{holiday.key}",
        scope=None,
        country=country,
        first_day=holiday.first_day,
        last_day=holiday.last_day,
        kind=kind,
        seats_closed=True,
        payments_closed=False,
        title_ar=holiday.title_ar,
        title_en=holiday.title_en,
        source=row.source,
        certainty=row.certainty,
        approver=row.approver,
        estimated=holiday.estimated,
    )
