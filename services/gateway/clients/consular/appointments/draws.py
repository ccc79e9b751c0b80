"""Draws of appointments, the waiting list and the confirmation before the day."""

from typing import Any, NotRequired, TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from shared.identity.actor import ANONYMOUS, Actor


class DrawSummary(TypedDict):
    """A draw: its days, its times, and how it stands."""

    code: str
    mission: str
    service: str
    first_day: str
    last_day: str
    opens_at: str
    closes_at: str
    draws_at: str
    seats: int
    state: str


class DrawWeights(TypedDict):
    """How many chances a draw lost is worth, up to how many draws, and an urgency."""

    lost: int
    lost_most: int
    urgent: int


class Draw(DrawSummary):
    """A draw with what was promised before it opened, and its published files."""

    commitment: str
    beacon: str
    weights: DrawWeights
    files: list[str]


class SeatRule(TypedDict):
    """How seats of a service are given."""

    mode: str
    rest_minutes: int
    offer_hours: int
    largest_household: int
    lost_weight: int
    lost_most: int
    urgent_weight: int
    confirms: bool
    release_at: str


class InLine(TypedDict):
    """A complete file in line, under a number that only its owner knows, and the day since which it is complete."""

    code: str
    since: str


class ExpectedDay(TypedDict):
    """The day that is expected, between the earliest and the latest one."""

    earliest: str
    expected: str
    latest: str


class Place(TypedDict):
    """Where a file stands in a line of files, and when its time may come."""

    position: int
    of: int
    when: ExpectedDay | None


class Releases(TypedDict):
    """When freed seats of a service are given, how many rest, how many people wait, and the line of complete files."""

    service: str
    rule: SeatRule
    at: list[str]
    seats: int
    waiting: int
    line: list[InLine]


class DrawCalendar(TypedDict):
    """The published calendar of a mission."""

    mission: str
    zone: str
    draws: list[DrawSummary]
    releases: list[Releases]


class Entered(TypedDict):
    """How an application stands in a draw."""

    code: str
    draw: DrawSummary
    ticket: str
    state: str
    people: int
    on_list: bool
    urgent: bool
    urgent_reason: str | None
    lost: int | None
    rank: int | None
    first_day: str
    last_day: str


class HouseholdFile(TypedDict):
    """Another file of the same person or family that may come together with this one."""

    reference: str
    transaction: str


class Waiting(TypedDict):
    """How an application stands on the waiting list."""

    code: str
    state: str
    lost: int
    offers: int
    joined_on: str
    first_day: str
    last_day: str


class Offer(TypedDict):
    """A seat that is kept for an application until an instant."""

    starts_at: str
    until: str


class Asked(TypedDict):
    """Whether the holder of an appointment, who was asked, has said that they come."""

    confirmed: bool


class Chances(TypedDict):
    """All ways to a seat; where the service is not chosen yet, none of them."""

    reference: str
    mission: str
    service: str | None
    releases: NotRequired[Releases]
    draws: NotRequired[list[DrawSummary]]
    entered: NotRequired[list[Entered]]
    household: NotRequired[list[HouseholdFile]]
    waiting: NotRequired[Waiting | None]
    place: NotRequired[Place | None]
    offer: NotRequired[Offer | None]
    asked: NotRequired[Asked | None]


class Urgency(TypedDict):
    """An urgency that an officer has to judge."""

    code: str
    ticket: str
    draw: str
    people: int
    reason: str
    judged: bool
    urgent: bool


class DeskDraws(DrawCalendar):
    """The desk's side of draws."""

    services: list[str]
    urgent: list[Urgency]


class Draws:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def calendar(self, mission: str) -> DrawCalendar:
        """The published calendar of a mission."""
        return cast(DrawCalendar, self.client.get("/draws", ANONYMOUS, mission=mission))

    def detail(self, code: str) -> Draw:
        """One draw."""
        return cast(Draw, self.client.get(f"/draws/{quote(code, safe='')}", ANONYMOUS))

    def file(self, code: str, name: str) -> bytes:
        """A published file of a draw."""
        return self.client.raw("GET", f"/draws/{quote(code, safe='')}/{quote(name, safe='')}", ANONYMOUS)

    def chances(self, actor: Actor, reference: str) -> Chances:
        """All ways to a seat that an application has."""
        return cast(Chances, self.client.get(f"{_file(reference)}/chances", actor))

    def enter(self, actor: Actor, code: str, body: dict[str, Any]) -> None:
        """Takes part in a draw."""
        self.client.post(f"/draws/{quote(code, safe='')}/enter", actor, body)

    def withdraw(self, actor: Actor, code: str, key: str, intention: str) -> None:
        """Takes part no longer."""
        self.client.post(f"/draws/{quote(code, safe='')}/leave", actor, {"key": key, "intention": intention})

    def act(self, actor: Actor, reference: str, verb: str, body: dict[str, Any]) -> None:
        """Joins or leaves the waiting list (waiting/join, waiting/leave), or confirms a booking (turn/coming)."""
        self.client.post(f"{_file(reference)}/{verb}", actor, body)

    def desk(self, actor: Actor) -> DeskDraws:
        """The draws of the officer's mission."""
        return cast(DeskDraws, self.client.get("/desk/draws", actor))

    def announce(self, actor: Actor, body: dict[str, Any]) -> None:
        """Announces a draw."""
        self.client.post("/desk/draws", actor, body)

    def judge(self, actor: Actor, code: str, body: dict[str, Any]) -> None:
        """Confirms or denies an urgency."""
        self.client.post(f"/desk/intentions/{quote(code, safe='')}/judge", actor, body)


def _file(reference: str) -> str:
    return f"/applications/{quote(reference, safe='')}"
