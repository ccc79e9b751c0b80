"""Python and PostgreSQL agree about every mission, now and at coming changes; where they do not, nothing is ready."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import event, text
from sqlalchemy.orm import Session

import services.consular
from shared.database import zones
from shared.database.db import Database, now
from shared.messaging import heartbeat
from shared.web.readiness import AGREED_SECONDS
from tests.conftest import ServiceClient

pytestmark = pytest.mark.clock

MISSIONS = Path(services.consular.__file__).parent / "data" / "missions" / "missions.csv"
YEARS = 2


class OldZone(ZoneInfo):
    """Zone data of last year: Morocco an hour ahead of UTC."""

    def utcoffset(self, instant: datetime | None) -> timedelta | None:
        return timedelta(hours=1) if self.key == "Africa/Casablanca" else super().utcoffset(instant)


@pytest.fixture
def session(database: Callable[[str], Database]) -> Iterator[Session]:
    with database("consular").scope(None) as session:
        yield session


def zones_of_missions() -> list[str]:
    with MISSIONS.open(encoding="utf-8", newline="") as file:
        return sorted({row["zone"] for row in csv.DictReader(file)})


def changes(zone: str, since: datetime) -> Iterator[datetime]:
    """The instants at which a zone changes its clocks within some years, to the minute."""
    known, day = ZoneInfo(zone), since
    while day < since + timedelta(days=366 * YEARS):
        low, high = day, day + timedelta(days=1)
        day = high
        if _offset(low, known) == _offset(high, known):
            continue
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            low, high = (middle, high) if _offset(middle, known) == _offset(low, known) else (low, middle)
        yield high


def _offset(instant: datetime, zone: ZoneInfo) -> timedelta | None:
    return instant.astimezone(zone).utcoffset()


def test_they_agree_about_every_mission_now_and_around_coming_changes(session: Session) -> None:
    everywhere = zones_of_missions()
    assert len(everywhere) >= 50
    instant = now(session)
    assert zones.disagreements(session, everywhere, instant) == []
    changing = [(zone, at) for zone in everywhere for at in changes(zone, instant)]
    assert {"Europe/Berlin", "America/New_York", "Africa/Cairo"} <= {zone for zone, _ in changing}
    for zone, at in changing:
        for minutes in (-2, 2):
            assert zones.disagreements(session, [zone], at + timedelta(minutes=minutes)) == [], (zone, at)


def test_morocco_is_at_utc_since_20_september_2026(session: Session) -> None:
    before, after = datetime(2026, 9, 19, 12, tzinfo=UTC), datetime(2026, 9, 21, 12, tzinfo=UTC)
    rabat = ZoneInfo("Africa/Casablanca")
    assert [at.astimezone(rabat).utcoffset() for at in (before, after)] == [timedelta(hours=1), timedelta(0)]
    assert zones.disagreements(session, ["Africa/Casablanca"], after) == []


def test_old_zone_data_are_named(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "ZoneInfo", OldZone)
    instant = datetime(2026, 11, 29, tzinfo=UTC)
    assert zones.disagreements(session, zones_of_missions(), instant) == ["Africa/Casablanca"]


def test_a_zone_that_the_database_does_not_know_is_named(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "ZoneInfo", lambda _name: ZoneInfo("UTC"))
    assert zones.disagreements(session, ["UTC", "Mars/Olympus"], now(session)) == ["Mars/Olympus"]


@pytest.fixture
def consular(service_client: Callable[[str], ServiceClient], database: Callable[[str], Database]) -> Iterator[Flask]:
    app = service_client("consular").app
    with database("consular").scope(None) as session:
        heartbeat.record_heartbeat(session)
        # What other modules left to send is not what readiness is asked about here.
        session.execute(text("UPDATE outbox SET sent = now() WHERE sent IS NULL"))
    forget_answers(app)
    yield app
    forget_answers(app)


def forget_answers(app: Flask) -> None:
    """As if readiness had never been asked."""
    app.extensions["zone_check"].agreed_until = 0.0
    forget_readiness(app)


def forget_readiness(app: Flask) -> None:
    """Has every check asked anew: the answer of a moment ago holds no more."""
    for check in app.extensions["readiness"].checks.values():
        check.ended = -AGREED_SECONDS


def test_a_service_is_not_ready_while_they_disagree(consular: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = consular.test_client()
    monkeypatch.setattr(zones, "ZoneInfo", OldZone)
    refused = client.get("/ready")
    told = refused.get_json()
    assert (refused.status_code, told["code"], told["params"]) == (
        503,
        "zones_disagree",
        {"zones": "Africa/Casablanca", "missing": "zones"},
    )
    assert client.get("/health").status_code == 200
    monkeypatch.undo()
    assert client.get("/ready").status_code == 200


@pytest.mark.parametrize("service", ["civil_registry", "conscription"])
def test_registers_compare_the_states_own_zone(
    service_client: Callable[[str], ServiceClient], monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    app = service_client(service).app
    forget_answers(app)
    monkeypatch.setattr(zones, "ZoneInfo", lambda _name: timezone(timedelta(hours=2)))
    assert app.test_client().get("/ready").get_json()["params"]["zones"] == "Asia/Damascus"


def test_agreement_is_asked_for_once_in_a_while(consular: Flask, session: Session) -> None:
    asked: list[str] = []
    engine = consular.extensions["database"].engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.extend([statement] if "AT TIME ZONE" in statement else [])

    event.listen(engine, "before_cursor_execute", note)
    try:
        for _ in range(5):
            forget_readiness(consular)
            assert consular.test_client().get("/ready").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(asked) == 1


def test_without_a_zone_nothing_was_compared(session: Session) -> None:
    """The gateway asks the mission's service for the zones: while that is down, no agreement is remembered."""
    check = zones.ZoneCheck(lambda _session: ())
    check.check(session)
    assert check.agreed_until == 0.0
