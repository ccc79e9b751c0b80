"""Appointments: free times, the appointment of an application, the desk's calendar and day sheet."""

from typing import Any, TypedDict, cast
from urllib.parse import quote

from shared.client import Client
from shared.identity import ANONYMOUS, Actor


class Appointment(TypedDict):
    """The appointment of an application."""

    state: str
    service: str
    starts_at: str
    ends_at: str
    window: str
    arrive_minutes: int


class Appointments:
    """One method per question. Each raises the refusal the service meant, or Unavailable."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def openings(self, mission: str, service: str | None) -> dict[str, Any]:
        """Free times of a mission for a service; without one, which services there are."""
        return cast(dict[str, Any], self.client.get("/openings", ANONYMOUS, mission=mission, service=service))

    def act(self, actor: Actor, reference: str, verb: str, key: str, **body: str) -> None:
        """Holds, confirms, moves, cancels or releases an appointment."""
        self.client.post(f"/applications/{quote(reference, safe='')}/turn/{verb}", actor, {"key": key, **body})

    def day_sheet(self, actor: Actor, day: str | None, sought: str | None) -> dict[str, Any]:
        """The appointments of a day at the officer's mission: {day, rows, booked}."""
        return cast(dict[str, Any], self.client.get("/desk/turns", actor, day=day, q=sought))

    def calendar(self, actor: Actor) -> dict[str, Any]:
        """Hours, rules and closures of the officer's mission."""
        return cast(dict[str, Any], self.client.get("/desk/calendar", actor))

    def close(self, actor: Actor, closure: dict[str, Any]) -> None:
        """Closes the officer's mission for some days."""
        self.client.post("/desk/closures", actor, closure)

    def reopen(self, actor: Actor, closure: str) -> None:
        """Removes a closure."""
        self.client.post("/desk/closures/remove", actor, {"closure": closure})
