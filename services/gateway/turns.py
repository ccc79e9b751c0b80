"""Asks the consular service about turns: free times, an application's own, the desk's calendar and day."""

from typing import Any, cast
from urllib.parse import quote

from services.gateway.web.current import consular
from shared.identity import ANONYMOUS, Actor


def openings(mission: str, service: str | None) -> dict[str, Any]:
    """Free times of a mission for a service; without one, which services there are."""
    return cast(dict[str, Any], consular().client.get("/openings", ANONYMOUS, mission=mission, service=service))


def act(actor: Actor, reference: str, verb: str, key: str, **body: str) -> dict[str, Any]:
    """Holds, confirms, moves, cancels or releases; the application as it stands then."""
    path = f"/applications/{quote(reference, safe='')}/turn/{verb}"
    return cast(dict[str, Any], consular().client.post(path, actor, {"key": key, **body}))


def sheet(actor: Actor, day: str | None, sought: str | None) -> dict[str, Any]:
    """The turns of a day at the officer's mission: {day, rows, booked}."""
    return cast(dict[str, Any], consular().client.get("/desk/turns", actor, day=day, q=sought))


def calendar(actor: Actor) -> dict[str, Any]:
    """Hours, rules and closures of the officer's mission."""
    return cast(dict[str, Any], consular().client.get("/desk/calendar", actor))


def close(actor: Actor, closing: dict[str, Any]) -> None:
    """Closes the officer's mission for some days."""
    consular().client.post("/desk/closures", actor, closing)


def reopen(actor: Actor, closure: str) -> None:
    """Takes a closure back."""
    consular().client.post("/desk/closures/remove", actor, {"closure": closure})
