"""The waiting hall: tickets at the gate, calls at the counters, the public screen."""

from typing import TypedDict, cast
from urllib.parse import quote

from services.gateway.clients.http import Client
from services.gateway.clients.names import PrintedName
from shared.identity.actor import ANONYMOUS, Actor


class CalledNumber(TypedDict):
    """A number at a counter, as everybody sees it."""

    number: int
    counter: int
    state: str
    calls: int


class Screen(TypedDict):
    """The numbers that are called now, the last one first, and how many wait."""

    mission: str
    waiting: int
    called: list[CalledNumber]


class Ticket(TypedDict):
    """A ticket as the gate hands it out; `before` have their turn earlier."""

    number: int
    reference: str
    service: str
    persons: int
    state: str
    starts_at: str | None
    before: int


class TicketRow(TypedDict):
    """Somebody in the hall; `minutes` since they were let in."""

    number: int
    reference: str
    service: str
    persons: int
    priority: str | None
    starts_at: str | None
    arrived_at: str
    minutes: int
    counter: int | None
    calls: int
    reason: str | None


class CounterTicket(TypedDict):
    """The number at the officer's own counter, and whose it is."""

    number: int
    reference: str
    service: str
    persons: int
    state: str
    calls: int
    counter: int | None
    applicant: dict[str, PrintedName | None]


class HallView(TypedDict):
    """The hall of today by what became of each ticket; `counter` is where the officer was last."""

    day: str
    at_counter: CounterTicket | None
    counter: int | None
    waiting: list[TicketRow]
    called: list[TicketRow]
    serving: list[TicketRow]
    parked: list[TicketRow]
    missed: list[TicketRow]


class Hall:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def screen(self, mission: str) -> Screen:
        """The numbers that a mission calls now."""
        return cast(Screen, self.client.get(f"/hall/{quote(mission, safe='')}", ANONYMOUS))

    def view(self, actor: Actor) -> HallView:
        """Who waits at the officer's mission."""
        return cast(HallView, self.client.get("/desk/hall", actor))

    def admit(self, actor: Actor, key: str, code: str, number: str) -> Ticket:
        """Lets somebody in."""
        return cast(Ticket, self.client.post("/desk/hall/admit", actor, {"key": key, "code": code, "number": number}))

    def call(self, actor: Actor, key: str, counter: int, number: int | None = None) -> int | None:
        """Calls the next one, or a number; the number, None when nobody waits."""
        answer = self.client.post("/desk/hall/call", actor, {"key": key, "counter": counter, "number": number})
        return cast(int | None, answer["called"])

    def change(self, actor: Actor, number: int, verb: str, key: str, **more: str) -> None:
        """Repeats, begins, parks, misses or finishes the number at the officer's counter."""
        self.client.post(f"/desk/hall/{number}/{quote(verb, safe='')}", actor, {"key": key, **more})
