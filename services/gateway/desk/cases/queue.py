"""The queue of the mission: filtered by status and transaction, exceptions first, searched by name or number."""

import re
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.cases import QueuePage
from services.gateway.desk.wording import printed
from services.gateway.web.current import actor, consular
from shared.catalogue import CATALOGUE
from shared.errors import Invalid
from shared.values import references

# In the order an officer works: what is theirs to do, what waits for others, what is closed.
STATUSES = (
    "exceptions",
    "in_review",
    "awaiting_payment",
    "with_authority",
    "ready",
    "returned",
    "collected",
    "refused",
    "withdrawn",
    "lapsed",
    "cancelled",
)
# A pasted address or line of an e-mail holds a reference too.
LONGEST_SEARCH = 300

Answer = Response | str | tuple[str, int]


def show() -> Answer:
    """The queue; a reference typed whole goes straight to its case."""
    sought = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    reference = references.clean(sought)
    if references.is_valid(reference):
        return redirect(url_for("desk.case", reference=reference), 303)
    filters = _filters()
    try:
        queue = consular().cases.queue(actor(), **filters, q=sought or None)
    except Invalid:
        nothing: QueuePage = {"rows": [], "more": False, "page": 1, "counts": {}, "count_limit": 0}
        return _page(nothing, filters, sought, wrong=True), 422
    return _page(queue, filters, sought)


def _filters() -> dict[str, str | int | None]:
    status, slug, page = (request.args.get(name, "") for name in ("status", "transaction", "page"))
    return {
        "status": status if status in STATUSES else None,
        "transaction": slug if slug in CATALOGUE else None,
        "page": int(page) if re.fullmatch("[1-9][0-9]{0,5}", page, re.ASCII) else 1,
    }


def _every(queue: QueuePage) -> tuple[int, int]:
    """How many applications there are in all, and up to how many that is exact."""
    limit, counts = queue["count_limit"], [n for status, n in queue["counts"].items() if status != "exceptions"]
    exact = sum(min(n, limit) for n in counts)
    return sum(counts), exact


def _page(queue: QueuePage, filters: dict[str, str | int | None], sought: str, wrong: bool = False) -> str:
    kept_filters: dict[str, Any] = {"transaction": filters["transaction"], "q": sought or None}
    return render_template(
        "desk/cases/queue.html",
        queue=queue,
        filters=filters,
        sought=sought,
        wrong=wrong,
        kept_filters=kept_filters,
        statuses=STATUSES,
        transactions=tuple(CATALOGUE),
        every=_every(queue),
        printed=printed,
        turn=lambda page: url_for("desk.queue", status=filters["status"], **kept_filters, page=page),
    )
