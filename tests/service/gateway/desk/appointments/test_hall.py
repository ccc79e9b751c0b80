"""Gate, counter and call screen on the pages: what is typed wrongly, who is called, what everybody sees."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.consular.appointments.model import Appointment
from services.gateway.pages.hall import screen
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]
SLUG = "embassy-queue-riyadh"
WHO: dict[str, Specimen] = {"ar": specimens.STUDENT, "en": specimens.FATHER}


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def due_now(gateway: Gateway, consular: Database, language: str) -> str:
    """An appointment booked on the pages, whose hour is now."""
    browser = gateway.visitor(person=WHO[language])
    reference = begin(browser, SLUG, language)
    fill(browser, SLUG, reference, language)
    path = f"/{language}/applications/{reference}/turn"
    day = re.findall(r'href="([^"]+day=[0-9-]+)#times"', browser.get(path).text)[-1]
    at = re.findall(r'name="starts_at" value="([^"]+)"', browser.get(day).text)[-1]
    assert browser.submit(path, page=day, starts_at=at, key="hold").status_code == 303
    review = f"/{language}/applications/{reference}/review"
    assert browser.submit(review, key=browser.hidden(review, "key")).status_code == 303
    with consular.scope(HOME) as session:
        now = datetime.now(UTC)
        values = {"starts_at": now, "ends_at": now + timedelta(minutes=15)}
        session.execute(update(Appointment).where(Appointment.application == reference).values(**values))
    return reference


def submit_form(browser: Browser, path: str, page: str, **fields: str) -> int:
    return browser.submit(path, page=page, key=browser.hidden(page, "key"), **fields).status_code


@pytest.mark.parametrize("language", ("ar", "en"))
def test_from_the_gate_to_the_counter(gateway: Gateway, consular: Database, language: str) -> None:
    reference = due_now(gateway, consular, language)
    clerk = gateway.visitor("clerk", mission=HOME)
    gate, hall = f"/{language}/desk/gate", f"/{language}/desk/hall"
    empty = clerk.submit(gate, page=gate, code="", number="", key=f"{language}-a")
    assert (empty.status_code, 'id="code-error"' in empty.text, 'id="number-error"' in empty.text) == (422, True, True)
    unknown = clerk.submit(gate, page=gate, code="RUH-22222-22222-2", number="1", key=f"{language}-b")
    assert (unknown.status_code, 'id="code-error"' in unknown.text) == (422, True)
    wrong = clerk.submit(gate, page=gate, code=reference, number="01020304050", key=f"{language}-c")
    assert (wrong.status_code, 'id="number-error"' in wrong.text, reference in wrong.text) == (422, True, True)
    let_in = clerk.submit(gate, page=gate, code=reference, number=WHO[language].national_number, key=f"{language}-d")
    assert (let_in.status_code, 'class="called-number"' in let_in.text) == (200, True)
    assert clerk.get(gate).headers["Permissions-Policy"].startswith("camera=(self)")
    assert submit_form(clerk, f"{hall}/call", hall, counter="") == 422
    for number in ("", "one"):
        assert submit_form(clerk, f"{hall}/call", hall, counter="3", number=number) == 422
    assert f'action="{hall}/1/begin"' not in clerk.get(hall).text
    assert submit_form(clerk, f"{hall}/call", hall, counter="٣") == 303
    at_counter = clerk.get(hall).text
    assert reference in at_counter and f'action="{hall}/1/begin"' in at_counter
    board = gateway.visitor().get(f"/{language}/hall/RUH")
    assert (board.status_code, "<td>1</td><td>3</td>" in board.text, reference in board.text) == (200, True, False)
    assert submit_form(clerk, f"{hall}/1/begin", hall) == 303
    assert submit_form(clerk, f"{hall}/1/park", hall, reason="") == 422
    assert submit_form(clerk, f"{hall}/1/park", hall, reason="photos") == 303
    assert submit_form(clerk, f"{hall}/call", hall, counter="3", number="1") == 303
    assert submit_form(clerk, f"{hall}/1/begin", hall) == submit_form(clerk, f"{hall}/1/finish", hall) == 303
    assert reference not in clerk.get(hall).text


def test_the_screen_of_an_unknown_mission_and_too_many_screens(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screen, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(screen, "STREAM_SECONDS", 0.05)
    browser = gateway.visitor()
    assert browser.get("/en/hall/XXX").status_code == 404
    heard = browser.get("/en/hall/RUH/calls")
    assert heard.headers["Content-Type"].startswith("text/event-stream")
    sent = re.findall(r"data: (.*)\n", heard.text)
    assert set(json.loads(sent[0])) == {"mission", "waiting", "called"}
    with screen.STREAMS, screen.STREAMS:
        assert browser.get("/en/hall/RUH/calls").status_code == 204
    assert browser.get("/en/hall/RUH/calls").status_code == 200
