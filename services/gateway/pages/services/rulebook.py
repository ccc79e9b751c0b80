"""The rule book of one transaction, opened at any day: what applied, by which law, how sure that is, what changed."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.web.current import conscription, consular
from services.gateway.web.days import missions, page_mission, today
from services.gateway.web.forms import faults, fields, read, typed
from shared.catalogue.model import Question, Transaction
from shared.errors import Refusal, Unavailable
from shared.forms import transaction

ON = (Question("on", kind="date"),)
PARTS = ("on-day", "on-month", "on-year")
blueprint = Blueprint("rulebook", __name__)


@blueprint.get("/services/<slug>/rules")
def show(slug: str) -> Response | str | tuple[str, int]:
    """Today's rules, or those of ?on=. A day typed into the form leads to an address that can be kept and sent on."""
    entry = transaction(slug)
    try:
        if any(request.args.get(part, "").strip() for part in PARTS):
            day = read(ON, request.args)["on"]
            return redirect(url_for("rulebook.show", slug=slug, on=day, mission=request.args.get("mission")), 302)
        return _page(entry, _day() or today().isoformat())
    except Unavailable:
        raise
    except Refusal as refusal:
        return _page(entry, today().isoformat(), refusal), refusal.status


def _day() -> str | None:
    """The day of the address, read as any date that people type."""
    day = request.args.get("on", "").strip()
    if not day:
        return None
    parts = dict(zip(("on-year", "on-month", "on-day"), day.removesuffix(" AH").split("-", 2), strict=False))
    return str(read(ON, parts | {"on-calendar": "hijri" if day.endswith(" AH") else "gregorian"})["on"])


def _page(entry: Transaction, on: str, refusal: Refusal | None = None) -> str:
    errors = faults(refusal, ON, prefix="field") if refusal else {}
    shown = {"on": request.args.get("on", "")} | ({} if request.args.get("on") else typed(ON, request.args))
    mission = page_mission()
    rules = consular().offers.rules(entry.slug, mission["code"], on) if mission else None
    amounts = _amounts(entry, on)
    return render_template(
        "pages/services/rulebook.html",
        entry=entry,
        mission=mission,
        missions=missions(),
        rules=rules,
        amounts=amounts,
        with_amounts=_decided_by_conscription(entry),
        changes=_changes(rules, amounts),
        fields=fields(ON, shown, errors, prefix="field"),
        errors=errors,
    )


def _amounts(entry: Transaction, on: str) -> dict[str, Any] | None:
    """What the law asked of whom, where conscription decides; None elsewhere, or while it is down."""
    if not _decided_by_conscription(entry):
        return None
    try:
        return conscription().rules(entry.slug, on)
    except Unavailable:
        return None


def _decided_by_conscription(entry: Transaction) -> bool:
    return any(ask.authority == "conscription" for ask in entry.asks)


def _changes(rules: dict[str, Any] | None, amounts: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Every dated row of both books, newest first; those as old as our knowledge come last."""
    known = [] if rules is None else list(rules["history"])
    assessed = [] if amounts is None else [{"what": "amount", **row} for row in amounts["history"]]
    return sorted([*known, *assessed], key=lambda row: str(row["from"] or ""), reverse=True)
