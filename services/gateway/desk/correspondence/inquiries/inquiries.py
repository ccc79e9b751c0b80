"""The mission's queue of inquiries, one of them, and the answer to it."""

import re
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from services.gateway.accounts.contact import inquiry_codes
from services.gateway.clients.consular.correspondence.inquiries import QueuedInquiry
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.paging import list_page
from services.gateway.web.access.roles import DECIDING
from services.gateway.web.current import accounts, actor, consular
from services.gateway.web.forms import faults
from services.gateway.web.http.stored_files import asked_page, send_stored
from services.gateway.web.presentation import t
from services.gateway.web.sent_forms.submission import submit
from shared.catalogue.inquiries import CANNED, NEXT_STEPS, OUTCOMES, REFUSE_REASONS
from shared.errors import Refusal

QUEUES = ("open", "appealed", "overdue", "answered")
COLUMNS = (
    *("inquiry.reference", "inquiry.type.label", "desk.inquiries.due", "desk.inquiries.clock"),
    *("desk.inquiries.held", "desk.queue.reference"),
)
FIELDS = ("outcome", "reason", "next_step", "canned", "text")
LONGEST = 50_000
TAKING = frozenset({"clerk", *DECIDING})
Answer = Redirect | str | tuple[str, int]


def show() -> str:
    """The queue, the first due at the top, each with its colour in words too."""
    queue = _queue()
    return render_template(
        "desk/correspondence/inquiries/inquiries.html",
        queue=consular().inquiries.queue(actor(), queue, list_page()),
        wanted=queue,
        queues=QUEUES,
        me=actor().id,
        may_write=actor().role in TAKING,
        turn=lambda page: url_for("desk.inquiries", queue=queue, page=page),
    )


def _queue() -> str:
    wanted = request.args.get("queue", "open")
    return wanted if wanted in QUEUES else "open"


def export() -> Response:
    """The whole queue as a file for a spreadsheet."""
    rows = consular().inquiries.queue(actor(), _queue(), 1, "yes")["rows"]
    return csv_file("inquiries", [t(key) for key in COLUMNS], map(_cells, rows))


def _cells(row: QueuedInquiry) -> tuple[object, ...]:
    clock = t("desk.inquiries.overdue") if row["colour"] == "red" else t(f"inquiry.state.{row['state']}")
    held = t(f"desk.inquiries.held.{row['held_by']}")
    return row["reference"], t(f"inquiry.type.{row['type']}"), row["due_on"], clock, held, row["about"]


def detail(reference: str) -> str:
    """One of them, with the form of the answer for whoever may give it."""
    return _page(reference)


def _page(reference: str, refusal: Refusal | None = None) -> str:
    inquiry = consular().inquiries.at_desk(actor(), reference)
    return render_template(
        "desk/correspondence/inquiries/inquiry.html",
        inquiry=inquiry,
        is_open=inquiry["state"] in ("waiting", "appealed"),
        may_take=actor().role in TAKING,
        may_answer=actor().role in DECIDING,
        is_own_answer=inquiry["state"] == "appealed" and inquiry["answered_by"] == actor().id,
        me=actor().id,
        mine=inquiry["owner"] == actor().id,
        choices=_choices(),
        typed=request.form if refusal else {},
        errors=faults(refusal, prefix="inquiry_answer") if refusal else {},
        done=request.args.get("done", ""),
    )


def _choices() -> dict[str, list[tuple[str, Any]]]:
    return {
        "outcome": [(code, t(f"inquiry.state.{code}")) for code in OUTCOMES],
        "reason": [(code, t(f"inquiry.reason.{code}")) for code in REFUSE_REASONS],
        "next_step": [(code, t(f"inquiry.next.{code}")) for code in NEXT_STEPS],
        "canned": [(code, t(f"inquiry.canned.{code}")) for code in CANNED],
    }


def take(reference: str) -> Redirect:
    """Becomes its owner."""
    consular().inquiries.take(actor(), reference)
    return redirect(url_for("desk.inquiry", reference=reference, done="taken"), 303)


def answer(reference: str) -> Answer:
    """Answers it, or decides the objection; the owner of the account is told that there is news."""
    sent: dict[str, str | int] = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}
    round_ = request.form.get("round", "")
    sent["round"] = int(round_) if re.fullmatch("[0-9]{1,3}", round_, re.ASCII) else 0
    verb = "appeal" if request.form.get("verb") == "appeal" else "answer"

    def give() -> None:
        consular().inquiries.answer(actor(), reference, verb, sent)
        account = consular().inquiries.at_desk(actor(), reference)["account"]
        if account:
            with accounts().scope(actor().mission) as session:
                inquiry_codes.tell_answered(session, account)

    return submit(
        give, lambda refusal: _page(reference, refusal), url_for("desk.inquiry", reference=reference, done="answered")
    )


def picture(reference: str, number: int) -> Response:
    """A page of one of its files."""
    content = consular().inquiries.picture(actor(), reference, number, asked_page())
    return send_stored(content, f"{reference}-{number}", inline=True)
