"""Which day it is for the reader of a page: the day at the mission that the page is about, never UTC's."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import request

from services.gateway.clients.consular.mission.offers import Mission
from services.gateway.web.current import consular, visitor_or_none
from shared.errors import Unavailable
from shared.values.dates import STATE_ZONE, local_date
from shared.values.references import clean, is_valid, mission_of

# Whose prices and days a stranger sees until they choose: the mission most of them belong to.
USUAL = "RUH"
# Where an address names a file; its reference begins with the mission's code.
FILES = ("reference", "code")


class PageZone(ZoneInfo):
    """A zone of the pinned database as Flask-Babel wants it: by itself it asks pytz, which has its own database."""

    def normalize(self, instant: datetime) -> datetime:
        return instant


def now() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def today(mission: str | None = None) -> date:
    """The day at a mission, by default the page's: answers are judged by it here early, and by the service for good."""
    return local_date(now(), zone_of(mission))


def missions() -> list[Mission]:
    """Every mission, or none while the service that knows them is down."""
    try:
        return consular().offers.missions()
    except Unavailable:
        return []


def page_mission() -> Mission | None:
    """The mission of the file in the address, else of ?mission=, else the visitor's own, else the usual one."""
    every, visitor = missions(), visitor_or_none()
    by_code = {mission["code"]: mission for mission in every}
    wanted = (_mission_of_file(), request.args.get("mission", ""), visitor.mission if visitor else "", USUAL)
    return next((by_code[code] for code in wanted if code in by_code), None) or next(iter(every), None)


def _mission_of_file() -> str:
    references = (clean((request.view_args or {}).get(name, "")) for name in FILES)
    return next((mission_of(reference) for reference in references if is_valid(reference)), "")


def zone_of(mission: str | None) -> str:
    """The time zone of a mission, by default the page's; the state's where nobody knows it."""
    if not mission:
        known = page_mission()
        return known["zone"] if known else STATE_ZONE
    return next((one["zone"] for one in missions() if one["code"] == mission), STATE_ZONE)


def page_zone() -> PageZone:
    """The zone in which Flask-Babel writes the instants of a page."""
    return PageZone(zone_of(None))
