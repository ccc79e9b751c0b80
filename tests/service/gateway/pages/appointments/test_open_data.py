"""What everybody may read by machine: tags and answers without a body, calendars to subscribe to, no person in any."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from shared.database.db import Database
from tests.factories.draws import open_draw
from tests.factories.gateway import Gateway

SEATS, DRAWS = "/{language}/seats/passport/RUH/feed.ics", "/{language}/draws/feed.ics?mission=RUH"


@pytest.fixture(autouse=True)
def empty(cluster: Postgres) -> Iterator[None]:
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM gateway.attempt")
        for table in ("draw_file", "draw", "reserved_seat"):
            connection.execute(f"DELETE FROM consular.{table}")  # noqa: S608


def events(content: bytes) -> list[Any]:
    return list(Calendar.from_ical(content).walk("VEVENT"))


@pytest.mark.parametrize(
    "address",
    [
        "/openings?mission=RUH",
        "/openings?mission=RUH&service=passport",
        "/draws?mission=RUH",
        SEATS.format(language="ar"),
        DRAWS.format(language="en"),
    ],
)
def test_who_has_it_already_is_answered_without_a_body(gateway: Gateway, address: str) -> None:
    anybody = gateway.browser().client
    first = anybody.get(address)
    tag = first.headers["ETag"]
    assert first.status_code == 200 and first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in first.headers
    again = anybody.get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "public, no-cache"
    packed = anybody.get(address, headers={"If-None-Match": tag, "Accept-Encoding": "gzip"})
    assert packed.status_code == 304
    other = anybody.get(address, headers={"If-None-Match": '"of-another-day"'})
    assert other.status_code == 200 and other.data == first.data
    assert anybody.head(address).headers["ETag"] == tag


def test_the_tag_changes_with_the_facts(gateway: Gateway, database: Callable[[str], Database]) -> None:
    anybody, address = gateway.browser().client, "/draws?mission=RUH"
    before = anybody.get(address).headers["ETag"]
    draw = open_draw(database("consular"))
    after = anybody.get(address, headers={"If-None-Match": before})
    assert after.status_code == 200 and draw.code in after.text


@pytest.mark.parametrize("language", ["ar", "en"])
def test_days_with_seats_are_a_calendar(gateway: Gateway, language: str) -> None:
    anybody = gateway.browser().client
    shown = anybody.get("/openings?mission=RUH&service=passport").get_json()
    answer = anybody.get(SEATS.format(language=language))
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    listed = events(answer.data)
    days = {str(one["dtstart"].dt) for one in listed if not isinstance(one["dtstart"].dt, datetime)}
    assert days == {day["day"] for day in shown["days"] if day["remaining"]} != set()
    (opening,) = [one for one in listed if isinstance(one["dtstart"].dt, datetime)]
    assert opening["dtstart"].dt == datetime.fromisoformat(shown["next_release"]["at"])
    assert all(one["dtend"].dt > one["dtstart"].dt and one["url"].startswith("http") for one in listed)
    whole_days = [one for one in listed if not isinstance(one["dtstart"].dt, datetime)]
    assert all(one["dtend"].dt - one["dtstart"].dt == timedelta(days=1) for one in whole_days)
    assert len({one["uid"] for one in listed}) == len(listed)
    head = Calendar.from_ical(answer.data)
    assert str(head["source"]).endswith(SEATS.format(language=language)) and head["name"]
    assert all(len(line) <= 75 for line in answer.data.split(b"\r\n"))
    assert not re.search("[\u2066-\u2069\u200e\u200f]", answer.data.decode())


def test_a_tier_has_a_calendar_of_its_own(gateway: Gateway) -> None:
    anybody = gateway.browser().client
    regular, urgent = (anybody.get(f"{SEATS.format(language='en')}?tier={tier}").data for tier in ("regular", "urgent"))
    uids = [{one["uid"] for one in events(content)} for content in (regular, urgent)]
    assert not uids[0] & uids[1]


@pytest.mark.parametrize("language", ["ar", "en"])
def test_draws_and_releases_are_a_calendar(
    gateway: Gateway, database: Callable[[str], Database], language: str
) -> None:
    draw, anybody = open_draw(database("consular"), days=(14, 16)), gateway.browser().client
    listed = {str(one["uid"]): one for one in events(anybody.get(DRAWS.format(language=language)).data)}
    window, drawn = listed[f"{draw.code}-window@mahjar"], listed[f"{draw.code}-drawn@mahjar"]
    assert (window["dtstart"].dt, window["dtend"].dt) == tuple(
        moment.astimezone(UTC).replace(microsecond=0) for moment in (draw.opens_at, draw.closes_at)
    )
    assert drawn["dtstart"].dt == draw.draws_at.astimezone(UTC).replace(microsecond=0)
    assert window["url"].endswith(f"/{language}/draws/{draw.code}")
    shown = anybody.get("/draws?mission=RUH").get_json()
    wanted = {datetime.fromisoformat(at) for row in shown["releases"] for at in row["at"]}
    assert {one["dtstart"].dt for uid, one in listed.items() if "-release-" in uid} == wanted


def test_a_draw_is_read_as_data(gateway: Gateway, database: Callable[[str], Database]) -> None:
    draw, anybody = open_draw(database("consular"), days=(14, 16)), gateway.browser().client
    answer = anybody.get(f"/draws/{draw.code}")
    found = answer.get_json()
    assert (found["code"], found["files"]) == (draw.code, ["announcement.txt"]) and "seed" not in found
    assert date.fromisoformat(found["first_day"]) == draw.first_day
    file = anybody.get(f"/draws/{draw.code}/announcement.txt")
    same = anybody.get(f"/draws/{draw.code}/announcement.txt", headers={"If-None-Match": file.headers["ETag"]})
    assert file.data and (same.status_code, same.data) == (304, b"")
    missing = anybody.get("/draws/RUH-DDDDD-DDDDD-D")
    assert (missing.status_code, missing.get_json()) == (404, {"code": "not_found"})


@pytest.mark.parametrize("address", ["/en/seats/cars/RUH/feed.ics", "/en/seats/passport/XXX/feed.ics"])
def test_what_is_not_there_has_no_calendar(gateway: Gateway, address: str) -> None:
    answer = gateway.browser().client.get(address)
    assert answer.status_code == 404 and "Access-Control-Allow-Origin" not in answer.headers
    assert gateway.browser().client.get("/en/draws/feed.ics?mission=XXX").status_code == 404


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_pages_lead_to_the_same_facts(gateway: Gateway, language: str) -> None:
    anybody = gateway.browser()
    for page, feed, data in (
        (f"/{language}/seats/passport/RUH", SEATS, "/openings?mission=RUH"),
        (f"/{language}/draws?mission=RUH", DRAWS, "/draws?mission=RUH"),
    ):
        text = anybody.get(page).text.replace("&amp;", "&")
        assert f'href="{feed.format(language=language)}' in text and f'href="{data}' in text
        assert 'rel="alternate" type="text/calendar"' in text


def test_a_signed_in_reader_is_answered_like_everybody(gateway: Gateway) -> None:
    mine, anybody = gateway.visitor(), gateway.browser()
    for address in ("/openings?mission=RUH&service=passport", SEATS.format(language="en")):
        assert mine.client.get(address).headers["ETag"] == anybody.client.get(address).headers["ETag"]
