"""Do Python and PostgreSQL agree what time it is at the missions? Each reads a zone database of its own."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.exc import DataError
from sqlalchemy.orm import Session

from shared.database import db
from shared.errors import Unavailable
from shared.logs import log

AGREED_SECONDS = 600.0
LOCAL = text("SELECT zone, CAST(:at AS timestamptz) AT TIME ZONE zone FROM unnest(CAST(:zones AS text[])) AS zone")
Zones = Callable[[Session], Iterable[str]]


class ZoneCheck:
    """Compares the offsets of some zones. Agreement is remembered for ten minutes, as readiness is asked often."""

    def __init__(self, zones: Zones) -> None:
        self.zones = zones
        self.agreed_until = 0.0

    def check(self, session: Session) -> None:
        """Raises Unavailable with the zones about which the two disagree."""
        if time.monotonic() < self.agreed_until:
            return
        zones = set(self.zones(session))
        if wrong := disagreements(session, zones, db.now(session)):
            log().error("zones_disagree", zones=wrong)
            raise Unavailable("zones_disagree", zones=", ".join(wrong))
        # Without any zone nothing was compared: the service that knows them did not answer.
        self.agreed_until = time.monotonic() + AGREED_SECONDS if zones else 0.0


def disagreements(session: Session, zones: Iterable[str], at: datetime) -> list[str]:
    """The zones whose offset at an instant PostgreSQL does not know, or knows otherwise than Python."""
    known = offsets(session, sorted(set(zones)), at)
    return [zone for zone, offset in known.items() if offset != at.astimezone(ZoneInfo(zone)).utcoffset()]


def offsets(session: Session, zones: list[str], at: datetime) -> Mapping[str, timedelta | None]:
    """PostgreSQL's offset of each zone at an instant; None for a zone that it does not know."""
    wall = at.astimezone(UTC).replace(tzinfo=None)
    try:
        with session.begin_nested():
            rows = session.execute(LOCAL, {"zones": zones, "at": at}).all()
    except DataError:
        # One unknown zone fails the whole question: then each is asked by itself.
        if len(zones) == 1:
            return {zones[0]: None}
        return {name: offset for zone in zones for name, offset in offsets(session, [zone], at).items()}
    return {zone: local - wall for zone, local in rows}
