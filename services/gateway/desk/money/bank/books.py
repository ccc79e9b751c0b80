"""The books at the desk: the picture of a day with its figures beside it, and what does not fit."""

from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.desk.correspondence.letters.letters import day as typed_day
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.forms import faults
from services.gateway.web.language import chosen
from shared.errors import Invalid

Answer = Response | str | tuple[str, int]
LONGEST = 120
# The drawing's own units.
WIDTH, HEIGHT, GAP = 420, 60, 6


@dataclass(frozen=True)
class Bar:
    """A bar of a drawing, and what it stands for."""

    x: int
    y: int
    width: int
    height: int
    label: str


def show() -> Answer:
    """The books of a day, by default today."""
    on = typed_day(request.args.get("on", "").strip()[:LONGEST])
    try:
        return _page(on or None)
    except Invalid as invalid:
        return _page(None, errors=faults(invalid, prefix="field"), typed=on), invalid.status


def _page(on: str | None, **more: Any) -> str:
    books = consular().bank.books(actor(), on)
    return render_template(
        "desk/money/bank/books.html",
        **books,
        pictures=[(one, bars([(day["day"], day["amount"]) for day in one["days"]])) for one in books["taken"]],
        ages=bars([(one["age"], one["count"]) for one in books["suspense"]]),
        width=WIDTH,
        height=HEIGHT,
        me=visitor().account,
        may_act=visitor().role in PAGES["desk.books_take"],
        **({"errors": {}, "typed": books["day"]} | more),
    )


def bars(values: list[tuple[str, int]]) -> list[Bar]:
    """Bars of one drawing, the first at the side where reading begins; a negative value has none, a small one is
    seen."""
    highest = max([1, *(amount for _, amount in values)])
    step = WIDTH // max(1, len(values))
    drawn = []
    for place, (label, amount) in enumerate(values):
        tall = max(1, HEIGHT * amount // highest) if amount > 0 else 0
        x = place * step if chosen().direction == "ltr" else WIDTH - (place + 1) * step
        drawn.append(Bar(x + GAP // 2, HEIGHT - tall, step - GAP, tall, label))
    return drawn


def take() -> Response:
    """The visitor answers for something that does not fit."""
    kind, about = (request.form.get(name, "")[:LONGEST] for name in ("kind", "about"))
    consular().bank.take_discrepancy(actor(), kind, about)
    return redirect(url_for("desk.books"), 303)
