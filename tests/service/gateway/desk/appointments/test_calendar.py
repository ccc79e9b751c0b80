"""The mission's calendar at the desk: proposed with a preview, signed by another, undone; without JavaScript."""

import html
import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from deploy.demo.days import today
from tests.conftest import HOME
from tests.factories.applications import Counter
from tests.factories.appointments import booked, in_time, local_day
from tests.factories.gateway import Browser, Gateway

pytestmark = [pytest.mark.clock, pytest.mark.usefixtures("restored_calendar")]


@pytest.fixture
def head(gateway: Gateway) -> Browser:
    return gateway.visitor("head_of_mission", mission=HOME)


@pytest.fixture
def officer(gateway: Gateway) -> Browser:
    return gateway.visitor("officer", mission=HOME)


def parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("year", "month", "day")}


def closing(day: date, **more: str) -> dict[str, str]:
    terms = {"title_ar": "صيانة", "title_en": "Repairs", "closes": "seats", "affected": "move"}
    return {**terms, **parts("first_day", day), **parts("last_day", day), **more}


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub("[\u2066-\u2069]", "", html.unescape(re.sub("<[^>]+>", "", text))))


def confirm(browser: Browser, kind: str, look: str) -> int:
    """Sends what the preview shows to the second person."""
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', look))
    fields = {name: html.unescape(value) for name, value in hidden.items()}
    return browser.post(f"/en/desk/proposals/new/{kind}", **fields).status_code


def act(browser: Browser, ending: str, **form: str) -> int:
    """Posts the first form of the list whose address ends so."""
    page = browser.get("/en/desk/proposals").text
    action = re.search(rf'action="(/en/desk/proposals/{HOME}-[^"/]+{ending})"', page)
    assert action, plain(page)
    return browser.submit(action[1], page="/en/desk/proposals", key=uuid.uuid4().hex, **form).status_code


def test_a_closure_is_previewed_signed_and_undone(
    counter: Callable[..., Counter], head: Browser, officer: Browser
) -> None:
    times = in_time(counter())
    at = times[len(times) // 2]
    mine = booked(counter(), at)
    look = head.submit("/en/desk/proposals/new/closure", **closing(local_day(at)))
    assert look.status_code == 200
    for said in ("One booked appointment.", "Another time is free for one of them.", mine.reference, "Repairs"):
        assert said in plain(look.text)
    assert confirm(head, "closure", look.text) == 303
    assert act(officer, "", verdict="approve") == 303
    calendar = plain(head.get("/en/desk/calendar").text)
    assert "One booked appointment has lost its time" in calendar
    sheet = plain(officer.get(f"/en/desk/turns?day={local_day(at)}").text)
    assert "Lost its time" in sheet
    assert "It can be undone until" in plain(officer.get("/en/desk/proposals").text)
    assert act(officer, "/undo") == 303
    assert "Undone" in plain(officer.get("/en/desk/proposals").text)
    assert "has lost its time" not in plain(head.get("/en/desk/calendar").text)


@pytest.mark.parametrize("language", ["ar", "en"])
def test_what_is_wrong_stands_beside_its_field(gateway: Gateway, language: str) -> None:
    # What was typed is kept for the account, which the other tests do not share.
    head = gateway.visitor("administrator", mission=HOME)
    day = today() + timedelta(days=150)
    refused = head.submit(f"/{language}/desk/proposals/new/closure", **closing(day, affected="", title_ar=""))
    assert refused.status_code == 422
    for field in ("title_ar", "affected"):
        assert f'id="{field}-error"' in refused.text
    hours = {"service": "passport", "window": "1", "reception": "open", "opens": "25:00", **parts("valid_from", day)}
    refused = head.submit(f"/{language}/desk/proposals/new/hours", **hours)
    assert refused.status_code == 422
    assert 'id="opens-error"' in refused.text
    assert 'value="25:00"' in refused.text


@pytest.mark.parametrize("kind", ["closure", "hours", "weekend", "booking_rule", "relocation"])
@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_change_of_the_calendar_has_its_form(head: Browser, kind: str, language: str) -> None:
    page = head.get(f"/{language}/desk/proposals/new/{kind}")
    assert page.status_code == 200
    assert (
        f"/{language}/desk/proposals/new/{kind}" in head.get(f"/{language}/desk/calendar").text or kind == "relocation"
    )


def test_a_row_of_hours_brings_its_values_along(head: Browser) -> None:
    page = head.get("/en/desk/calendar").text
    link = re.search(r'href="(/en/desk/proposals/new/hours\?[^"]+)"', page)
    assert link
    form = head.get(html.unescape(link[1])).text
    assert 'value="09:00"' in form
    assert len(re.findall(r'name="weekdays" value="\d" checked', form)) == 5


def test_a_closure_is_removed_by_two_people(head: Browser, officer: Browser) -> None:
    day = today() + timedelta(days=150)
    look = head.submit("/en/desk/proposals/new/closure", **closing(day))
    assert confirm(head, "closure", look.text) == 303
    assert act(officer, "", verdict="approve") == 303
    closure = re.search(rf'name="closure" value="({HOME}/[^"]+)"', head.get("/en/desk/calendar").text)
    assert closure
    look = head.submit("/en/desk/proposals/new/reopening", page="/en/desk/calendar", closure=closure[1])
    assert "A closure removed" in plain(look.text)
    assert confirm(head, "reopening", look.text) == 303
    assert act(officer, "", verdict="approve") == 303
    assert closure[1] not in head.get("/en/desk/calendar").text


def test_who_may_not_propose_sees_the_calendar_and_no_way_to_change_it(officer: Browser) -> None:
    assert "/desk/proposals/new/" not in officer.get("/en/desk/calendar").text
    assert officer.get("/en/desk/proposals/new/hours").status_code == 403
