"""The pages of turns at their edges: gone, past, another's, another mission's; and the free times for machines."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import unquote

import pytest

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.values.dates import local_date
from tests.factories.gateway import Browser, Gateway
from tests.factories.gateway.forms import begin, fill

pytestmark = pytest.mark.clock

SLUG = "embassy-queue-riyadh"


def times(browser: Browser, path: str) -> list[str]:
    """The times offered on the last free day."""
    days = re.findall(r'href="([^"]+day=[0-9-]+)#times"', browser.get(path).text)
    return re.findall(r'name="starts_at" value="([^"]+)"', browser.get(days[-1]).text)


@pytest.fixture
def full(cluster: Postgres) -> Iterator[Callable[[str], None]]:
    """Takes every seat at a time from the clicks."""
    rows = (
        "INSERT INTO consular.reserved_seat (mission, service, starts_at, seat, rests_until)"
        " SELECT 'RUH', 'passport', %s, seat, now() + interval '1 day'"
        " FROM generate_series(1, 20) AS seat"
    )

    def take(at: str) -> None:
        with connect_as_admin(cluster.admin_url, DATABASE) as connection:
            connection.execute(rows, [datetime.fromisoformat(at)])

    yield take
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("DELETE FROM consular.reserved_seat WHERE draw IS NULL AND application IS NULL")


@pytest.mark.parametrize("language", ("ar", "en"))
def test_a_turn_on_the_pages_and_what_may_go_wrong(gateway: Gateway, language: str) -> None:
    browser = gateway.visitor(person=specimens.ELDER if language == "ar" else specimens.BORN_ABROAD)
    reference = begin(browser, SLUG, language)
    fill(browser, SLUG, reference, language)
    path = f"/{language}/applications/{reference}/turn"
    at = times(browser, path)[-1]
    at_riyadh = local_date(datetime.fromisoformat(at), "Asia/Riyadh")
    day = f"{path}?day={at_riyadh}"
    for wrong in ("2020-01-05T06:00:00+00:00", "tomorrow", at.replace("+00:00", "")):
        answer = browser.submit(path, page=day, starts_at=wrong, key="k" + wrong)
        assert answer.status_code == 422
        assert "notice wrong" in answer.text
    for _ in range(2):
        held = browser.submit(path, page=day, starts_at=at, key="good")
        assert held.status_code == 303 and held.location.endswith("/turn/confirm")
        assert browser.get(held.location).location.endswith("/review")
    review = f"/{language}/applications/{reference}/review"
    sent = browser.submit(review, key=browser.hidden(review, "key"))
    assert sent.status_code == 303, sent.text
    calendar = browser.get(f"{path}.ics")
    assert calendar.mimetype == "text/calendar" and f"UID:{reference}@mahjar" in calendar.text
    clerk, sheet = gateway.visitor("clerk"), f"/{language}/desk/turns?day={at_riyadh}"
    empty = clerk.submit(f"/{language}/desk/turns/{reference}/attend", page=sheet, number="", back="turns", key="e")
    assert (
        empty.status_code == 422 and {"ar": "بقيت خانة فارغة", "en": "A field was left empty"}[language] in empty.text
    )
    stranger = gateway.visitor(person=specimens.STUDENT)
    for page in (path, f"{path}.ics", f"{path}/cancel"):
        assert stranger.get(page).status_code == 404
    cancel = f"{path}/cancel"
    assert browser.submit(cancel, key=browser.hidden(cancel, "key")).status_code == 303
    assert browser.get(f"{path}.ics").status_code == 404


@pytest.mark.parametrize(("language", "person"), [("ar", specimens.SERVED), ("en", specimens.ABROAD)])
def test_who_comes_too_late_is_led_back_to_the_next_free_times(
    gateway: Gateway, full: Callable[[str], None], language: str, person: Specimen
) -> None:
    browser = gateway.visitor(person=person)
    reference = begin(browser, SLUG, language)
    fill(browser, SLUG, reference, language)
    path = f"/{language}/applications/{reference}/turn"
    days = re.findall(r'href="([^"]+day=[0-9-]+)#times"', browser.get(path).text)
    at = re.findall(r'name="starts_at" value="([^"]+)"', browser.get(days[1]).text)[0]
    full(at)
    late = browser.submit(path, page=days[1], starts_at=at, key="late")
    assert late.status_code == 303 and unquote(late.location).endswith(f"/turn?taken={at}")
    page = browser.get(late.location)
    said = {"ar": "سبقك غيرك إلى هذا الموعد", "en": "Somebody else was faster"}[language]
    assert page.status_code == 200 and said in page.text
    offered = re.findall(r'name="starts_at" value="([^"]+)"', page.text.split('role="alert"')[1].split("</form>")[0])
    assert len(offered) == 3 and at not in offered and sorted(offered) == offered and min(offered) > at
    assert browser.submit(path, page=late.location, starts_at=offered[0], key="late-next").status_code == 303
    # An address that nobody was led to changes nothing.
    assert browser.get(f"{path}?taken=yesterday").status_code == 200


def test_a_visitor_of_another_mission_is_told_that_it_is_not_there(gateway: Gateway) -> None:
    browser = gateway.visitor(mission="BER", person=specimens.FATHER)
    page = browser.get(f"/en/apply/{SLUG}")
    assert "only for visitors of the embassy in Riyadh" in page.text
    assert f'action="/en/apply/{SLUG}"' not in page.text


def test_free_times_are_read_by_machines_without_an_account(gateway: Gateway) -> None:
    anybody = gateway.browser().client
    found = anybody.get("/openings?mission=RUH&service=passport")
    assert found.mimetype == "application/json" and found.get_json()["zone"] == "Asia/Riyadh"
    assert set(anybody.get("/openings?mission=RUH").get_json()["services"]) >= {"passport", "attestation"}
    assert anybody.get("/openings?mission=XXX").status_code == 404
    assert anybody.get("/openings?mission=RUH&service=cars").get_json() == {"code": "turn_service_unknown"}


@pytest.mark.parametrize("language", ("ar", "en"))
def test_seats_are_seen_step_by_step_before_anything_is_typed(gateway: Gateway, language: str) -> None:
    stranger = gateway.browser()
    steps = [f"/{language}/seats", f"/{language}/seats/passport", f"/{language}/seats/passport/RUH"]
    pages = [stranger.get(step).text for step in steps]
    for page, following in zip(pages, steps[1:], strict=False):
        assert f'href="{following}"' in page
    assert '<table class="month">' in pages[-1]
    assert {"ar": "اليوم التالي الذي يُفتح للحجز", "en": "The next day to open"}[language] in pages[-1]
    # The missions may be searched; nothing has to be typed.
    assert not [page for page in pages if 'method="post"' in page.split("<main")[1]]


def test_seats_of_what_nobody_gives_are_not_there(gateway: Gateway) -> None:
    stranger = gateway.browser()
    for path in ("/en/seats/visas", "/en/seats/passport/XXX", "/en/seats/passport/ruh"):
        assert stranger.get(path).status_code == 404


@pytest.mark.parametrize("language", ("ar", "en"))
def test_what_was_chosen_on_the_way_is_not_asked_again(gateway: Gateway, language: str) -> None:
    person = specimens.WOMAN if language == "ar" else specimens.WIDOW
    browser = gateway.visitor(person=person)
    seats = browser.get(f"/{language}/seats/attestation/RUH").text
    check = re.search(rf'href="(/{language}/apply/{SLUG}\?service_wanted=attestation)"', seats)
    assert check
    begun = browser.submit(check[1], page=check[1], key=browser.hidden(check[1], "key"))
    assert begun.status_code == 303
    first = browser.get(begun.location).text
    assert re.search(r'name="service_wanted" value="attestation" checked', first)
    assert not re.search(r'name="service_wanted" value="passport" checked', first)
    wrong = browser.get(begun.location.replace("attestation", "visas")).text
    assert " checked" not in wrong.split('name="dependants"')[0]
