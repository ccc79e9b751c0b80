"""The bank's statements at the desk: files come in, and officers say what the money in suspense is for."""

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.money.bank import BankLine
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.paging import every_page
from services.gateway.desk.verdicts import pressed
from services.gateway.desk.wording import refusal_text, written_text
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.forms import faults
from services.gateway.web.language import chosen
from services.gateway.web.presentation import t
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable
from shared.values import references
from shared.values.money import Money

COLUMNS = (
    *("desk.bank.line", "desk.bank.day", "desk.bank.open_amount", "desk.counter.currency", "desk.bank.party"),
    *("desk.bank.reason", "desk.bank.age", "desk.bank.owner", "desk.queue.reference"),
)
Answer = Response | str | tuple[str, int]
LONGEST_NAME, LONGEST_REASON = 120, 300
WRITTEN = ("application", "kind", "override", "refund")
VERBS = frozenset({"take", "assign", "book", "override"})
# What one officer books alone, and what a second one has to sign; by the direction of the money.
BOOKINGS = {"in": ("deposit", "card_payout", "refund_returned"), "out": ("refund_paid",)}
OVERRIDES = {"in": ("give_back",), "out": ("bank_charge",)}
BY_REASON = {"under": "accept_short", "late": "accept_late"}


def show() -> str:
    """What is in suspense, oldest first; the files; what waits for a second signature."""
    return _list()


def _list(**more: Any) -> str:
    return render_template(
        "desk/money/bank/bank.html",
        **consular().bank.overview(actor(), request.args.get("page", "1")),
        me=visitor().account,
        owner_of=owner_of,
        may_import=visitor().role in PAGES["desk.bank_import"],
        may_decide=visitor().role in PAGES["desk.bank_decide"],
        turn=lambda page: url_for("desk.bank", page=page),
        key=str(uuid.uuid4()),
        **({"errors": {}, "imported": _imported()} | more),
    )


def export() -> Response:
    """What is in suspense, oldest first, as a file for a spreadsheet."""
    pages = every_page(lambda page: consular().bank.overview(actor(), str(page)))
    return csv_file("bank", [t(key) for key in COLUMNS], (_cells(row) for found in pages for row in found["lines"]))


def _cells(row: BankLine) -> tuple[object, ...]:
    return (
        row["reference"],
        row["booked_on"],
        Money(row["open_amount"], row["currency"]).major,
        row["currency"],
        row["party"],
        t(f"bank_reason.{row['reason']}"),
        row["age"],
        owner_of(row),
        row["application"],
    )


def owner_of(row: BankLine) -> Markup:
    """Who has a movement: its reader, a colleague, or nobody yet."""
    whose = "none" if not row["owner"] else "you" if row["owner"] == visitor().account else "other"
    return t(f"desk.bank.owner.{whose}")


def _imported() -> dict[str, int] | None:
    """What the last import brought, as the address says it."""
    lines, fresh = (request.args.get(name, "") for name in ("lines", "fresh"))
    return {"lines": int(lines), "fresh": int(fresh)} if _is_count(lines) and _is_count(fresh) else None


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 7


def import_file() -> Answer:
    """A file of statements; what is known already is not booked again."""
    sent = request.files.get("file")
    try:
        if sent is None or not sent.filename:
            raise Invalid("file_missing", field="file")
        file = consular().bank.import_file(actor(), sent.filename[-LONGEST_NAME:], sent.read())
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _list(errors=faults(refusal, prefix="field")), refusal.status
    return redirect(url_for("desk.bank", lines=file["lines"], fresh=file["fresh"]), 303)


def line(reference: str) -> str:
    """One movement: what became of it, or whose it may be."""
    return _line(reference)


def _line(reference: str, **more: Any) -> str:
    if not references.is_valid(reference):
        raise NotFound()
    shown = consular().bank.line(actor(), reference)
    side = "in" if shown["amount"] > 0 else "out"
    special = BY_REASON.get(shown["reason"] or "")
    return render_template(
        "desk/money/bank/line.html",
        line=shown,
        me=visitor().account,
        may_act=visitor().role in PAGES["desk.bank_act"] and shown["open_amount"] != 0,
        may_read_refunds=visitor().role in PAGES["desk.refund"],
        waiting=[one for one in shown["decisions"] if one["state"] == "waiting"],
        refund_kind={"in": "refund_returned", "out": "refund_paid"}[side],
        bookings=[(kind, t(f"bank_match.{kind}")) for kind in BOOKINGS[side]],
        overrides=[(kind, t(f"bank_override.{kind}")) for kind in ((special,) if special else ()) + OVERRIDES[side]],
        named=lambda name: name.get(chosen().code) or name.get("ar") or "",
        key=str(uuid.uuid4()),
        done=request.args.get("done", ""),
        **({"errors": {}, "typed": {}} | more),
    )


def act(reference: str, verb: str) -> Answer:
    """What an officer decides about a movement."""
    if verb not in VERBS or not references.is_valid(reference):
        raise NotFound()
    typed = {name: request.form.get(name, "").strip()[:LONGEST_REASON] for name in WRITTEN}
    reason, wrong = written_text("reason", LONGEST_REASON)
    missing = _missing(verb, typed, reason, wrong)
    typed["reason"] = reason
    if missing:
        return _line(reference, errors=missing, typed=typed), 422
    typed["kind"] = typed["override"] if verb == "override" else typed["kind"]
    body = {**typed, "key": request.form.get("key", "") or str(uuid.uuid4())}
    try:
        consular().bank.act(actor(), reference, verb, body)
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Invalid as invalid:
        return _line(reference, errors=faults(invalid, prefix="field"), typed=typed), invalid.status
    except Refusal as refusal:
        return _line(reference, errors={"": refusal_text(refusal)}, typed=typed), refusal.status
    return redirect(url_for("desk.bank_line", reference=reference, done=verb), 303)


def _missing(verb: str, typed: dict[str, str], reason: str, wrong: str) -> dict[str, Any]:
    """What has to be filled in first, beside its field."""
    if verb == "assign" and not typed["application"]:
        return {"application": t("desk.bank.application_needed")}
    if verb == "book" and not typed["kind"]:
        return {"kind": t("desk.bank.kind_needed")}
    if verb == "override" and (wrong or not reason):
        return {"reason": t(wrong or "desk.bank.reason_needed")}
    if verb == "override" and not typed["override"]:
        return {"override": t("desk.bank.kind_needed")}
    return {}


def decide(reference: str) -> Answer:
    """The second person signs an override, or declines it."""
    try:
        verdict = pressed("approve", "decline")
        if not references.is_valid(reference):
            raise NotFound()
        consular().bank.decide(actor(), reference, verdict, request.form.get("key", "") or str(uuid.uuid4()))
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Invalid as invalid:
        return _list(errors=faults(invalid), about=reference), invalid.status
    except Refusal as refusal:
        return _list(errors={"": refusal_text(refusal)}), refusal.status
    return redirect(url_for("desk.bank"), 303)
