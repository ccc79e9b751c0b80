"""Seats, releases and draws in words, as entries of a calendar that somebody subscribes to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from flask import request, url_for

from services.gateway.clients.consular.appointments.appointments import Openings
from services.gateway.clients.consular.appointments.draws import DrawCalendar, DrawSummary, Releases
from services.gateway.web.content.feeds import Feed, FeedEvent
from services.gateway.web.current import settings
from services.gateway.web.days import today
from services.gateway.web.language import chosen
from services.gateway.web.presentation import mission_name
from shared.values.dates import start_of_day

# An instant is shown as long as this, so that calendars have something to draw.
SHOWN = timedelta(minutes=15)


def seats_feed(openings: Openings) -> Feed:
    """A day for each day with seats, and the moment at which the next day opens."""
    name = chosen().text("feed.seats", service=_service(openings["service"]), mission=mission_name(openings["mission"]))
    return Feed(name, _here(), _stamp(openings["mission"], openings["zone"]), [*_days(openings), *_opening(openings)])


def _days(openings: Openings) -> Iterator[FeedEvent]:
    key = f"{openings['mission']}-{openings['service']}-{openings['tier']}"
    url = _page("seats.days", service=openings["service"], mission=openings["mission"], tier=openings["tier"])
    service, tier = _service(openings["service"]), openings["tier"]
    for each in openings["days"]:
        if each["remaining"]:
            day = date.fromisoformat(each["day"])
            title = f"{chosen().plural('turn.left', each['remaining'])} · {service}"
            text = f"{mission_name(openings['mission'])} · {chosen().text(f'seats.tier.{tier}')}"
            yield FeedEvent(f"{key}-{each['day']}", day, day + timedelta(days=1), title, text, url)


def _opening(openings: Openings) -> Iterator[FeedEvent]:
    release = openings["next_release"]
    if release:
        at = datetime.fromisoformat(release["at"])
        day = chosen().date(date.fromisoformat(release["day"]))
        title = chosen().text("feed.opens", service=_service(openings["service"]), day=day)
        text = chosen().plural("seats.release_count", release["seats"])
        url = _page("seats.days", service=openings["service"], mission=openings["mission"], tier=openings["tier"])
        key = f"{openings['mission']}-{openings['service']}-{openings['tier']}-opens-{release['day']}"
        yield FeedEvent(key, at, at + SHOWN, title, text, url)


def draws_feed(calendar: DrawCalendar) -> Feed:
    """The window of each draw, the moment at which it is drawn, and the releases of freed seats."""
    name = chosen().text("feed.draws", mission=mission_name(calendar["mission"]))
    events = [event for draw in calendar["draws"] for event in _draw(draw)]
    events += [event for row in calendar["releases"] for event in _releases(calendar["mission"], row)]
    return Feed(name, _here(), _stamp(calendar["mission"], calendar["zone"]), events)


def _draw(draw: DrawSummary) -> Iterator[FeedEvent]:
    opens, closes, draws = map(datetime.fromisoformat, (draw["opens_at"], draw["closes_at"], draw["draws_at"]))
    first, last = (chosen().date(date.fromisoformat(day)) for day in (draw["first_day"], draw["last_day"]))
    service, url = _service(draw["service"]), _page("draws.detail", code=draw["code"])
    text = f"{chosen().text('draw.days')}: {chosen().text('draw.from_to', first=first, last=last)}"
    yield FeedEvent(f"{draw['code']}-window", opens, closes, chosen().text("feed.window", service=service), text, url)
    title = chosen().text("feed.drawn", service=service)
    yield FeedEvent(f"{draw['code']}-drawn", draws, draws + SHOWN, title, text, url)


def _releases(mission: str, row: Releases) -> Iterator[FeedEvent]:
    title = chosen().text("feed.release", service=_service(row["service"]))
    url = f"{_page('draws.show', mission=mission)}#releases"
    for instant in row["at"]:
        at = datetime.fromisoformat(instant)
        key = f"{mission}-{row['service']}-release-{at:%Y%m%dT%H%MZ}"
        yield FeedEvent(key, at, at + SHOWN, title, mission_name(mission), url)


def _service(service: str) -> str:
    known = f"turn.service.{service}"
    return chosen().text(known) if chosen().has(known) else service


def _page(endpoint: str, **values: Any) -> str:
    return settings().public_url.rstrip("/") + url_for(endpoint, **values)


def _here() -> str:
    return settings().public_url.rstrip("/") + request.full_path.rstrip("?")


def _stamp(mission: str, zone: str) -> datetime:
    """The beginning of the mission's day: what a feed says holds of it, and it is the same all day."""
    return start_of_day(today(mission), zone)
