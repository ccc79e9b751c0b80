"""An absence explained on the page of the application and decided at the desk, in both languages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from deploy.demo.population import specimens
from services.consular.appointments.model import Appointment
from shared.database.db import Database
from tests.conftest import HOME
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill
from tests.factories.gateway.overrides import sign_as_head

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]

SLUG = "embassy-queue-riyadh"


@pytest.fixture
def consular(database: Callable[[str], Database]) -> Database:
    return database("consular")


def booked(browser: Browser, language: str) -> str:
    """An appointment, booked on the pages."""
    reference = begin(browser, SLUG, language)
    fill(browser, SLUG, reference, language)
    path = f"/{language}/applications/{reference}/turn"
    day = re.findall(r'href="([^"]+day=[0-9-]+)#times"', browser.get(path).text)[-1]
    at = re.findall(r'name="starts_at" value="([^"]+)"', browser.get(day).text)[-1]
    assert browser.submit(path, page=day, starts_at=at, key="hold").status_code == 303
    review = f"/{language}/applications/{reference}/review"
    assert browser.submit(review, key=browser.hidden(review, "key")).status_code == 303
    return reference


@pytest.mark.parametrize("language", ("ar", "en"))
def test_an_absence_is_explained_and_decided(gateway: Gateway, consular: Database, language: str) -> None:
    browser = gateway.visitor(person=specimens.STUDENT if language == "ar" else specimens.FATHER)
    reference = booked(browser, language)
    page, appeal = f"/{language}/applications/{reference}", f"/{language}/applications/{reference}/turn/appeal"
    assert browser.get(appeal).status_code == 303
    with consular.scope(HOME) as session:
        hour = datetime.now(UTC) - timedelta(hours=1)
        values = {"starts_at": hour, "ends_at": hour + timedelta(minutes=15)}
        session.execute(update(Appointment).where(Appointment.application == reference).values(**values))
    officer = gateway.visitor("officer", mission=HOME)
    case = f"/{language}/desk/cases/{reference}"
    assert (
        officer.submit(f"/{language}/desk/turns/{reference}/miss", page=case, key=f"{language}-miss").status_code == 303
    )
    assert f'href="{appeal}"' in browser.get(page).text
    empty = browser.submit(appeal, page=appeal, reason="", key=f"{language}-one")
    assert empty.status_code == 422 and 'id="reason-error"' in empty.text
    assert browser.submit(appeal, page=appeal, reason="مرض ابني", key=f"{language}-two").status_code == 303
    assert {"ar": "ينتظر جواب البعثة", "en": "waits for the mission"}[language] in browser.get(page).text
    desk = f"/{language}/desk/appeals"
    assert "مرض ابني" in officer.get(desk).text
    nothing = officer.submit(f"{desk}/{reference}", page=desk, verdict="accept", answer="", key=f"{language}-three")
    assert nothing.status_code == 422 and 'id="answer-error"' in nothing.text
    unsaid = officer.submit(f"{desk}/{reference}", page=desk, answer="سلامته", key=f"{language}-none")
    assert unsaid.status_code == 422 and 'id="verdict"' in unsaid.text and ">سلامته</textarea>" in unsaid.text
    decided = officer.submit(
        f"{desk}/{reference}", page=desk, verdict="accept", answer="سلامته", key=f"{language}-four"
    )
    assert decided.status_code == 303
    assert "سلامته" not in browser.get(page).text
    sign_as_head(gateway, language, reference)
    assert "سلامته" in browser.get(page).text
    assert "مرض ابني" not in officer.get(desk).text


def test_priority_is_given_on_the_page_of_the_case(gateway: Gateway) -> None:
    reference = booked(gateway.visitor(person=specimens.ELDER), "en")
    officer = gateway.visitor("officer", mission=HOME)
    case, priority = f"/en/desk/cases/{reference}", f"/en/desk/cases/{reference}/priority"
    for missing in ({"kind": "", "reason": "wheelchair"}, {"kind": "age", "reason": ""}):
        assert officer.submit(priority, page=case, key="priority-one", **missing).status_code == 422
    assert officer.submit(priority, page=case, key="two", kind="age", reason="wheelchair").status_code == 303
    assert "Priority granted" not in officer.get(case).text
    sign_as_head(gateway, "en", reference)
    assert "Priority granted" in officer.get(case).text
    assert f'action="{priority}"' not in officer.get(case).text
