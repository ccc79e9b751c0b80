"""The mission's tariffs: what applied on any day, by which source, and what is declared for later."""

from flask import render_template, request

from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.days import today
from services.gateway.web.forms import faults, fields, read, typed
from shared.catalogue.model import Question
from shared.errors import Invalid

ON = (Question("on", kind="date", hijri=False),)
PARTS = ("on-day", "on-month", "on-year")


def show() -> str | tuple[str, int]:
    """Today's tariffs, or those of the day that was asked for."""
    if not any(request.args.get(part, "").strip() for part in PARTS):
        return _page(today().isoformat())
    try:
        return _page(str(read(ON, request.args)["on"]))
    except Invalid as invalid:
        return _page(today().isoformat(), invalid), invalid.status


def _page(on: str, refusal: Invalid | None = None) -> str:
    errors = faults(refusal, ON, prefix="field") if refusal else {}
    return render_template(
        "desk/money/prices/tariffs.html",
        **consular().offers.tariffs(actor(), on),
        fields=fields(ON, typed(ON, request.args), errors, prefix="field"),
        errors=errors,
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
    )
