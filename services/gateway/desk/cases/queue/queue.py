"""The queue of the mission: filtered by status and transaction, exceptions first, searched by name or number."""

from math import ceil

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications.cases import Case, QueuePage, QueueRow
from services.gateway.desk.cases.details import may
from services.gateway.desk.cases.queue.filters import LONGEST_SEARCH, STATUSES, Filters, from_address, from_cookie, keep
from services.gateway.desk.codes import application_numbered, typed_reference
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.wording import printed
from services.gateway.web.current import actor, consular
from services.gateway.web.days import today, zone_of
from services.gateway.web.language import chosen
from services.gateway.web.presentation import moment_of, t
from shared.catalogue import CATALOGUE
from shared.errors import Invalid
from shared.values import references
from shared.values.dates import local_date

Answer = Response | str | tuple[str, int]
NOTHING: QueuePage = {"rows": [], "more": False, "page": 1, "page_rows": 1, "counts": {}, "count_limit": 0}
LONGEST_LIST = 50


def show() -> Answer:
    """The queue; a reference typed whole goes straight to its case, and so does the number of a register's document
    whose answer brought none."""
    filters = from_address()
    reference = typed_reference(filters.sought)
    if references.is_valid(reference):
        return redirect(url_for("desk.case", reference=reference), 303)
    try:
        queue = consular().cases.queue(actor(), **filters.question, page=filters.page)
    except Invalid:
        return _page(NOTHING, filters, wrong=True), 422
    if not queue["rows"] and (numbered := application_numbered(filters.sought)):
        return redirect(url_for("desk.case", reference=numbered), 303)
    return keep(make_response(_page(queue, filters)), filters)


def export() -> Response:
    """The whole list with these filters, as a file for a spreadsheet."""
    queue = consular().cases.queue(actor(), **from_address().question, whole="yes")
    keys = ("reference", "applicant", "transaction", "status", "attention", "since", "age", "due", "assigned")
    return csv_file("cases", [t(f"desk.queue.{key}").striptags() for key in keys], map(_cells, queue["rows"]))


def _cells(row: QueueRow) -> tuple[object, ...]:
    why = row["exception"] or row["awaits"]
    return (
        row["reference"],
        printed(row),
        t(f"transaction.{row['transaction']}.title").striptags(),
        t(f"status.{row['status']}").striptags(),
        t(f"desk.exception.{why}").striptags() if why else None,
        local_date(moment_of(row["submitted_at"]), zone_of(row["mission"])) if row["submitted_at"] else None,
        age(row),
        row["due_on"] or row["lapses_on"],
        officer_name(row),
    )


def take_marked() -> Response:
    """Assigns the marked cases to the officer; those of others stay with them."""
    marked = [text for text in request.form.getlist("reference") if references.is_valid(text)][:LONGEST_LIST]
    if not marked:
        return redirect(url_for("desk.queue", unmarked="yes", **from_cookie().address()), 303)
    done = consular().cases.assign_many(actor(), marked)
    found = from_cookie().address(taken=str(len(done["taken"])), left=str(len(done["left"])))
    return redirect(url_for("desk.queue", **found), 303)


def open_next() -> Response:
    """Assigns the next case that can be decided and opens it."""
    after = request.form.get("after", "")[:LONGEST_SEARCH]
    found = consular().cases.take_next(actor(), from_cookie().transaction or "", after)
    if found is None:
        return redirect(url_for("desk.queue", none_left="yes", **from_cookie().address()), 303)
    return redirect(url_for("desk.case", reference=found), 303)


def age(row: QueueRow) -> int | None:
    """For how many days an application has been with the mission."""
    if not row["submitted_at"]:
        return None
    mission = row["mission"]
    return (today(mission) - local_date(moment_of(row["submitted_at"]), zone_of(mission))).days


def is_late(row: QueueRow) -> bool:
    """Whether the last day of an open application is over."""
    return bool(row["due_on"]) and str(row["due_on"]) < today(row["mission"]).isoformat()


def officer_of(row: QueueRow | Case) -> str | None:
    """The account of the officer a case is assigned to."""
    return row["assigned"]["officer"] if row["assigned"] else None


def officer_name(row: QueueRow | Case) -> str | None:
    """The officer a case is assigned to, as the page names them."""
    if not row["assigned"]:
        return None
    name = row["assigned"]["name"] or {}
    return str(name.get(chosen().code) or name.get("ar") or t("desk.queue.somebody"))


def _every(queue: QueuePage) -> tuple[int, int]:
    """How many applications there are in all, and up to how many that is exact."""
    limit, counts = queue["count_limit"], [n for status, n in queue["counts"].items() if status != "exceptions"]
    exact = sum(min(n, limit) for n in counts)
    return sum(counts), exact


def _pages(queue: QueuePage, filters: Filters) -> int | None:
    """How many pages the list has, where its length is known."""
    if filters.sought or filters.mine or filters.transaction:
        return None
    total, exact = _every(queue)
    if filters.status:
        total, exact = queue["counts"].get(filters.status, 0), queue["count_limit"]
    return max(1, ceil(total / queue["page_rows"])) if total <= exact else None


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else None


def _page(queue: QueuePage, filters: Filters, wrong: bool = False) -> str:
    return render_template(
        "desk/cases/queue/queue.html",
        queue=queue,
        filters=filters,
        sought=filters.sought,
        wrong=wrong,
        statuses=STATUSES,
        transactions=tuple(CATALOGUE),
        every=_every(queue),
        pages=_pages(queue, filters),
        printed=printed,
        age=age,
        is_late=is_late,
        officer_name=officer_name,
        may=may,
        taken=_number("taken"),
        left=_number("left"),
        turn=lambda page: url_for("desk.queue", **filters.address(page=page)),
    )
