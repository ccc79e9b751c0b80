"""A draw on the pages: announced at the desk, entered, drawn, looked at by everybody; and the waiting list."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from deploy.demo.days import today
from deploy.demo.population import specimens
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.consular.appointments.lottery.model import Intention
from services.consular.appointments.lottery.replay import replay
from services.consular.appointments.lottery.rules.files import ANNOUNCEMENT, BEACON, ENTRIES, RESULT
from shared.database.db import Database
from shared.i18n import language as language_of
from tests.factories.draws import conduct, open_draw, set_times
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill

SLUG = "embassy-queue-riyadh"


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


@pytest.fixture(autouse=True)
def empty(cluster: Postgres) -> Iterator[None]:
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        for table in ("intention_member", "intention", "draw_file", "draw", "reserved_seat", "waiting_entry", "turn"):
            connection.execute(f"DELETE FROM consular.{table}")  # noqa: S608


@pytest.fixture
def beacon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The consular service has an outside beacon in its settings."""
    found = type("Settings", (), {"beacon": "/beacons/{day}"})
    monkeypatch.setattr("services.consular.api.draws.settings", lambda: found)


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def drafted(gateway: Gateway, person: specimens.Specimen, language: str) -> tuple[Browser, str]:
    browser = gateway.visitor(person=person)
    reference = begin(browser, SLUG, language)
    fill(browser, SLUG, reference, language)
    return browser, f"/{language}/applications/{reference}/chances"


@pytest.mark.parametrize(("language", "person"), [("ar", specimens.ELDER), ("en", specimens.BORN_ABROAD)])
def test_a_draw_from_the_desk_to_the_published_list(
    gateway: Gateway,
    consular: Database,
    tmp_path: Path,
    beacon: None,
    language: str,
    person: specimens.Specimen,
) -> None:
    officer, desk = gateway.visitor("officer"), f"/{language}/desk/draws"
    days = {
        **parts("opens_on", today() + timedelta(days=1)),
        **parts("closes_on", today() + timedelta(days=2)),
        **parts("first_day", today() + timedelta(days=9)),
        **parts("last_day", today() + timedelta(days=12)),
    }
    key = officer.form(desk)["key"]
    unchosen = officer.submit(desk, key=key, service="", **days)
    assert unchosen.status_code == 422 and 'id="service-error"' in unchosen.text
    assert officer.submit(desk, key=key, service="passport", **days).status_code == 303
    listed = officer.get(desk).text
    code = re.search(r"/draws/(RUH-[A-Z0-9-]+)", listed)[1]  # type: ignore[index]
    browser, page = drafted(gateway, person, language)
    closed = browser.get(page)
    assert f'action="{page}/draws/{code}"' not in closed.text
    hours = {name: timedelta(hours=n) for name, n in (("opens_at", -1), ("closes_at", 1), ("draws_at", 2))}
    set_times(consular, code, **hours)
    entered = {
        **parts("first_day", today() + timedelta(days=9)),
        **parts("last_day", today() + timedelta(days=12)),
        "urgent_reason": "medical",
        "on_list": "yes",
    }
    form = browser.form(page, f"{page}/draws/{code}")
    wrong = browser.post(f"{page}/draws/{code}", **{**form, **entered, "last_day-month": "13"})
    assert wrong.status_code == 422 and 'href="#last_day"' in wrong.text
    assert browser.post(f"{page}/draws/{code}", **form, **entered).status_code == 303
    with consular.scope("RUH") as session:
        ticket = str(session.scalar(select(Intention.ticket).where(Intention.draw == code)))
    assert ticket in browser.get(page).text
    again = browser.post(f"{page}/draws/{code}", **{**form, **entered, "key": f"{code}-3"})
    assert again.status_code == 409
    urgent = re.search(r"/desk/draws/(RUH-Q[A-Z0-9-]+)/urgency", officer.get(desk).text)[1]  # type: ignore[index]
    judge = f"{desk}/{urgent}/urgency"
    bare = officer.submit(judge, desk, key=f"{code}-1", verdict="accept", evidence="")
    assert bare.status_code == 422 and 'id="evidence-error"' in bare.text
    for verdict in ({}, {"verdict": ""}, {"verdict": "Accept"}):
        unsaid = officer.submit(judge, desk, key=f"{code}-0", evidence="half a letter", **verdict)
        assert unsaid.status_code == 422 and 'value="half a letter"' in unsaid.text
        assert language_of(language).text("refusal.button_needed") in unsaid.text
    assert f'action="{judge}"' in officer.get(desk).text, "denied by nobody"
    assert officer.submit(judge, desk, key=f"{code}-2", verdict="accept", evidence="letter").status_code == 303
    conduct(consular, code)
    anybody = gateway.browser()
    public = anybody.get(f"/{language}/draws/{code}").text
    assert ticket in public and "/beacons/" in public
    for name in (ANNOUNCEMENT, ENTRIES, BEACON, RESULT):
        (tmp_path / name).write_bytes(anybody.client.get(f"/draws/{code}/{name}").data)
    assert ticket in replay(tmp_path)
    assert code in anybody.get(f"/{language}/draws").text
    assert anybody.client.get("/draws?mission=RUH").get_json()["draws"][0]["code"] == code
    assert 'id="offer"' in browser.get(page).text


@pytest.mark.parametrize(("language", "person"), [("ar", specimens.STUDENT), ("en", specimens.WOMAN)])
def test_the_waiting_list_on_the_page(gateway: Gateway, language: str, person: specimens.Specimen) -> None:
    browser, page = drafted(gateway, person, language)
    wanted = {**parts("from_day", today()), **parts("to_day", today() + timedelta(days=20))}
    turned = {**parts("from_day", today() + timedelta(days=9)), **parts("to_day", today() + timedelta(days=3))}
    wrong = browser.submit(f"{page}/join", page, key="a", **turned)
    assert wrong.status_code == 422 and 'href="#to_day"' in wrong.text
    assert browser.submit(f"{page}/join", page, key="b", **wanted).status_code == 303
    assert f'action="{page}/leave"' in browser.get(page).text
    assert browser.submit(f"{page}/join", page, key="c", **wanted).status_code == 409
    assert browser.submit(f"{page}/leave", page, key="d").status_code == 303
    assert browser.submit(f"{page}/leave", page, key="e").status_code == 404
    assert browser.submit(f"{page}/coming", page, key="f").status_code == 404
    assert browser.submit(f"{page}/somewhere", page, key="g").status_code == 404
    stranger = gateway.visitor(person=specimens.FATHER)
    assert stranger.get(page).status_code == 404


@pytest.mark.parametrize(("name", "field"), [("first_day", "first_day"), ("closes_on", "closes_on")])
def test_the_desk_is_told_beside_the_day(gateway: Gateway, beacon: None, name: str, field: str) -> None:
    officer, desk = gateway.visitor("officer"), "/en/desk/draws"
    days = {
        **parts("opens_on", today() + timedelta(days=3)),
        **parts("closes_on", today() + timedelta(days=5)),
        **parts("first_day", today() + timedelta(days=9)),
        **parts("last_day", today() + timedelta(days=12)),
    }
    days |= parts(name, today() + timedelta(days=1))
    refused = officer.submit(desk, key="a", service="passport", **days)
    assert refused.status_code == 422 and f'href="#{field}"' in refused.text
    nobody = gateway.visitor("clerk")
    assert 'name="opens_on-day"' not in nobody.get(desk).text
    assert nobody.submit(desk, "/en/desk/turns", key="b", service="passport", **days).status_code == 403


def test_nothing_is_published_before_its_time(gateway: Gateway, consular: Database) -> None:
    draw, anybody = open_draw(consular, days=(14, 16)), gateway.browser().client
    assert anybody.get(f"/draws/{draw.code}/announcement.txt").status_code == 200
    for name in ("entries.txt", "beacon.bin", "result.txt", "seed", "../announcement.txt"):
        assert anybody.get(f"/draws/{draw.code}/{name}").status_code == 404
    assert anybody.get("/en/draws/RUH-DDDDD-DDDDD-D").status_code == 404
    assert anybody.get("/draws?mission=XXX").status_code == 404
