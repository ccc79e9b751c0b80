"""Calendars to subscribe to: days with seats, releases and draws as iCalendar (RFC 5545, refreshed by RFC 7986)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar, Event

from services.gateway.web.calendars import plain_text

# How often a calendar program asks again.
REFRESH = timedelta(minutes=15)


@dataclass(frozen=True)
class FeedEvent:
    """What a subscriber sees: a whole day, or an instant with its end."""

    key: str
    starts: date | datetime
    ends: date | datetime
    title: str
    description: str
    url: str


@dataclass(frozen=True)
class Feed:
    """A calendar with its name and its own address; `stamped` is the day from which it is counted."""

    name: str
    source: str
    stamped: datetime
    events: Iterable[FeedEvent]


def feed_file(feed: Feed) -> bytes:
    """The calendar as a file. The same facts give the same bytes, so that programs are told when nothing changed."""
    calendar = Calendar()
    calendar.add("prodid", "-//Mahjar//Open data//EN")
    calendar.add("version", "2.0")
    calendar.add("name", plain_text(feed.name))
    calendar.add("x-wr-calname", plain_text(feed.name))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT15M")
    calendar.add("source", feed.source, parameters={"VALUE": "URI"})
    for each in feed.events:
        calendar.add_component(_entry(each, feed.stamped))
    content: bytes = calendar.to_ical()
    return content


def _entry(one: FeedEvent, stamped: datetime) -> Event:
    entry = Event()
    entry.add("uid", f"{one.key}@mahjar")
    entry.add("dtstamp", stamped.astimezone(UTC))
    for name, moment in (("dtstart", one.starts), ("dtend", one.ends)):
        entry.add(name, moment.astimezone(UTC) if isinstance(moment, datetime) else moment)
    entry.add("summary", plain_text(one.title))
    entry.add("description", plain_text(one.description))
    entry.add("url", one.url)
    # Nobody is busy because a mission has seats.
    entry.add("transp", "TRANSPARENT")
    return entry
