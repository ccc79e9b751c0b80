"""Refunds at the desk: the list, one refund with what may be done with it, files for the bank."""

import uuid
from typing import Any

from flask import Response as Download
from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.money.refunds import DeskRefund
from services.gateway.desk.cases.details import may
from services.gateway.desk.csv_file import csv_file
from services.gateway.desk.paging import every_page, list_page
from services.gateway.desk.wording import refusal_text, short
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.forms import words
from services.gateway.web.presentation import t
from shared.errors import Invalid, NotAllowed, NotFound, Refusal, Unavailable
from shared.values.digits import whole_number
from shared.values.latin import is_latin_name
from shared.values.money import Money
from shared.values.person import strip_controls

Answer = Response | str | tuple[str, int]
# What each form of a refund sends besides the amount its officer saw.
FIELDS = {
    "prepare": ("method", "override", "iban", "account_holder"),
    "approve": (),
    "decline": ("reason",),
    "payout": (),
    "confirm": (),
    "fail": ("failure",),
}
LABELS = {
    "method": "desk.refunds.method",
    "override": "desk.refunds.override",
    "iban": "desk.refunds.iban",
    "account_holder": "desk.refunds.account_holder",
    "reason": "desk.refunds.decline_reason",
    "failure": "desk.refunds.failure",
    "currency": "desk.counter.currency",
}
FAILURES = ("account_closed", "account_unknown", "returned_by_bank", "other")
DONE = frozenset({*FIELDS, "file"})


def show() -> Answer:
    """Unpaid refunds from the oldest, the latest paid ones, files."""
    return _list()


def _list(**more: Any) -> str:
    found = consular().refunds.list_refunds(actor(), list_page())
    last_file = found["files"][0] if found["files"] else None
    done = request.args.get("done", "")
    return render_template(
        "desk/money/refunds/refunds.html",
        refunds=found,
        may=may,
        done=done if done in DONE else "",
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        reason_of=reason_of,
        turn=lambda page: url_for("desk.refunds", page=page),
        **{"typed": _typed_account(last_file), "errors": {}, **more},
    )


def export() -> Download:
    """Unpaid refunds from the oldest, as a file for a spreadsheet."""
    pages = every_page(lambda page: consular().refunds.list_refunds(actor(), page))
    keys = ("reference", "amount", "age", "why", "method")
    heads = [t(f"desk.refunds.{key}").striptags() for key in keys]
    heads[1:2] = [heads[1], t("desk.counter.currency").striptags()]
    rows = [
        (
            row["reference"],
            Money(row["amount"], row["currency"]).major,
            row["currency"],
            row["age_days"],
            reason_of(row),
            t(f"desk.method.{row['method'] or row['paid_by']}").striptags(),
            row["application"] or row["line"],
        )
        for found in pages
        for row in found["unpaid"]
    ]
    return csv_file("refunds", [*heads, t("desk.queue.reference").striptags()], rows)


def _typed_account(last_file: Any) -> dict[str, str]:
    """The account of the last file, which the next one is most often paid from as well."""
    return {name: last_file[name] if last_file else "" for name in ("iban", "account_holder")}


def detail(reference: str) -> Answer:
    """One refund."""
    return _page(consular().refunds.detail(actor(), reference))


def reason_of(refund: DeskRefund) -> Markup | str:
    """Why money is owed back, in words: the decision's reason, or how the money did not fit."""
    return short(refund["reason"], "desk.refunds.reason", "bank_reason")


def _page(refund: DeskRefund, **more: Any) -> str:
    methods = [code for code in ("card", "cash", "transfer") if code != "card" or refund["paid_by"] == "card"]
    if refund["line"]:
        methods = ["transfer"]
    return render_template(
        "desk/money/refunds/refund.html",
        refund=refund,
        methods=[(code, t(f"desk.method.{code}")) for code in methods],
        failures=[(code, t(f"desk.refunds.failure.{code}")) for code in FAILURES],
        is_own=refund["proposed_by"] == visitor().account,
        may=may,
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        reason_of=reason_of,
        **{"typed": _payer_account(refund), "errors": {}, **more},
    )


def _payer_account(refund: DeskRefund) -> dict[str, str]:
    """The account that a transfer for no order came from; its holder where the bank wrote them in Latin letters."""
    name = refund["payer_name"] or ""
    return {"iban": refund["payer_iban"] or "", "account_holder": name if is_latin_name(name) else ""}


def act(reference: str, verb: str) -> Answer:
    """One act of an officer, with the amount that their page showed."""
    if verb not in FIELDS:
        raise NotFound()
    typed = _typed(*FIELDS[verb])
    amount = request.form.get("amount", "")
    body: dict[str, object] = {
        **typed,
        "amount": whole_number(amount) or 0,
        "currency": request.form.get("currency", ""),
        "key": request.form.get("key", ""),
    }
    try:
        head = consular().refunds.act(actor(), reference, verb, body)
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Invalid as wrong:
        return _again(reference, wrong.status, typed=typed, errors=_faults(wrong))
    except Refusal as refused:
        return _again(reference, refused.status, typed=typed, refused=refused)
    return redirect(url_for("desk.refunds", done=verb, state=head["state"]), 303)


def _typed(*names: str) -> dict[str, str]:
    """What was typed, whole: the service says which text is too long."""
    return {name: strip_controls(request.form.get(name, "")) for name in names}


def _again(reference: str, status: int, **more: Any) -> Answer:
    return _page(consular().refunds.detail(actor(), reference), **more), status


def _faults(wrong: Invalid) -> dict[str, Any]:
    return {
        name: words(code, label=t(LABELS[name])) if name in LABELS else refusal_text(wrong)
        for name, code in wrong.errors.items()
    }


def write_file() -> Answer:
    """Writes a file of the approved transfers of one currency."""
    typed = _typed("currency", "iban", "account_holder")
    try:
        consular().refunds.write_file(actor(), {**typed, "key": request.form.get("key", "")})
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Invalid as wrong:
        return _list(typed=typed, errors=_faults(wrong)), wrong.status
    except Refusal as refused:
        return _list(typed=typed, refused=refused), refused.status
    return redirect(url_for("desk.refunds", done="file"), 303)


def download(reference: str) -> Response:
    """A file for the bank, to be kept on the officer's machine."""
    content = consular().refunds.read_file(actor(), reference)
    answer = Download(content, content_type="application/xml; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{reference}.xml"'
    return answer
