"""Older bookings at the desk: phases, files with their preview, and the decision to import them."""

import uuid
from contextlib import suppress
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirection

from services.gateway.clients.consular.applications.bookings import RowFault
from services.gateway.desk.verdicts import pressed
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.forms import faults, fields, typed
from services.gateway.web.presentation import has_text, t
from shared.catalogue.bulk_actions import PHASE
from shared.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal, Unavailable

Answer = Redirection | str | tuple[str, int]
LONGEST = 120
ORDERS = ("day_first", "month_first")
# The window of the first phase there ever was, and its rule: ten days, and bookings later than five days after it.
USUAL_LEAD = "5"


def show() -> str:
    """Phases, files, and the forms for new ones."""
    return _page()


def _page(refusal: Refusal | None = None, form: str = "") -> str:
    errors = faults(refusal, PHASE, prefix="field") if refusal else {}
    values = typed(PHASE, request.form) if form == "phase" else {"lead_days": USUAL_LEAD}
    return render_template(
        "desk/mission/approvals/bookings.html",
        **consular().bookings.overview(actor()),
        fields=fields(PHASE, values, errors if form == "phase" else {}, prefix="field"),
        errors=errors,
        form_at_fault=form,
        chosen=request.form.get("phase", ""),
        key=str(uuid.uuid4()),
        may_change=visitor().role in PAGES["desk.declare_phase"],
    )


def declare_phase() -> Answer:
    """A new window."""
    try:
        consular().bookings.declare_phase(actor(), dict(typed(PHASE, request.form)), request.form.get("key", ""))
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(refusal, "phase"), refusal.status
    return redirect(url_for("desk.bookings"), 303)


def upload() -> Answer:
    """A file is read and previewed; nothing comes in yet."""
    sent, phase = request.files.get("file"), request.form.get("phase", "")[:LONGEST]
    try:
        if not phase:
            raise Invalid("choose", field="phase")
        if sent is None or not sent.filename:
            raise Invalid("file_missing", field="file")
        reference = consular().bookings.preview(actor(), phase, sent.filename[-LONGEST:], sent.read())
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(refusal, "file"), refusal.status
    return redirect(url_for("desk.booking_import", reference=reference), 303)


def detail(reference: str) -> str:
    """What a file would bring in, what is wrong with it, or what became of it."""
    return _import_page(reference)


def _import_page(reference: str, refusal: Invalid | None = None) -> str:
    imported = consular().bookings.import_detail(actor(), reference)
    errors = faults(refusal) if refusal else {}
    return render_template(
        "desk/mission/approvals/booking_import.html",
        imported=imported,
        faults=[_worded(fault) for fault in imported["faults"]],
        order_choices=[(order, t(f"desk.bookings.order.{order}")) for order in ORDERS],
        may_change=visitor().role in PAGES["desk.declare_phase"],
        errors=errors,
        zeros=request.form.get("restore_zeros") == "yes" if "date_order" in errors else imported["zeros_restored"],
    )


def _worded(fault: RowFault) -> dict[str, Any]:
    known = f"desk.bookings.fault.{fault['code']}"
    return {**fault, "text": t(known if has_text(known) else "desk.bookings.fault.other")}


def answer(reference: str) -> Answer:
    """Reads the file again by what the officer says about it; after a decision, shows that one."""
    order = request.form.get("date_order") or None
    try:
        if order is None and consular().bookings.import_detail(actor(), reference)["asks_order"]:
            raise Invalid("unknown_choice", field="date_order")
        consular().bookings.answer_import(actor(), reference, order, request.form.get("restore_zeros") == "yes")
    except Invalid as invalid:
        named = Invalid(errors=invalid.errors, label=t("desk.bookings.order"))
        return _import_page(reference, named), invalid.status
    except Conflict:
        pass
    return redirect(url_for("desk.booking_import", reference=reference), 303)


def decide(reference: str) -> Answer:
    """Keeps the good rows, or drops the file; after somebody else's decision, shows that one."""
    try:
        verdict = pressed("keep", "drop")
    except Invalid as invalid:
        return _import_page(reference, invalid), invalid.status
    with suppress(Conflict):
        consular().bookings.decide_import(actor(), reference, verdict)
    return redirect(url_for("desk.booking_import", reference=reference), 303)


def faults_file(reference: str) -> Response:
    """Every fault with its line."""
    answer = make_response(consular().bookings.import_faults(actor(), reference))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers.set("Content-Disposition", "attachment", filename=f"faults-{reference}.csv")
    return answer
