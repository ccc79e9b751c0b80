"""The mission's calendar: hours with their source, closures, booking rules, and what two people may change in them."""

from typing import Any

from flask import render_template

from services.gateway.clients.consular.appointments.appointments import OpeningHours
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular


def show() -> str:
    """The calendar, with the appointments that no longer fit into it counted."""
    calendar = consular().appointments.calendar(actor())
    return render_template(
        "desk/appointments/calendar.html",
        calendar=calendar,
        hours=_runs(calendar["hours"]),
        may=actor().role in PAGES["desk.ask_proposal"],
    )


def _runs(hours: list[OpeningHours]) -> list[dict[str, Any]]:
    """Rows that differ only in the weekday, joined; weekdays as columns of a calendar, Sunday first."""
    runs: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in hours:
        rest = {name: value for name, value in row.items() if name != "weekday"}
        run = runs.setdefault(tuple(rest.values()), {**rest, "columns": [], "weekdays": []})
        run["columns"].append((row["weekday"] + 1) % 7)
        run["weekdays"].append(row["weekday"])
    return [{**row, "columns": sorted(row["columns"])} for row in runs.values()]
