"""Proposals that need two people: one proposes after seeing the figures, another approves or declines."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.mission.approvals import Proposal
from services.gateway.desk.mission.approvals.terms import WEEKDAYS, fee_name, terms
from services.gateway.desk.verdicts import pressed
from services.gateway.desk.wording import promise_name, refusal_text
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.days import today
from services.gateway.web.forms import PARTS, faults, fields, typed
from services.gateway.web.presentation import t, weekday_name
from services.gateway.web.sent_forms.kept_answers import keep_unfinished
from services.gateway.web.sent_forms.submission import submit
from shared.catalogue import CATALOGUE
from shared.catalogue.appointments import SERVICES
from shared.catalogue.bulk_actions import (
    AFFECTED,
    BANK_ACCOUNT,
    BOOKING_RULE,
    CASH_REVERSAL,
    CLOSURE,
    DISCARD_MESSAGE,
    EVERY,
    EXTENSION,
    FOREIGN_CURRENCIES,
    HOURS,
    OFFICE,
    OFFICE_IN_SYRIA,
    PHOTO_RULE,
    PROMISE_RULE,
    RATE,
    RELOCATION,
    REVOCATION,
    STANDING,
    TARIFF,
    WAIVER,
    WEEKEND,
)
from shared.catalogue.model import Question
from shared.catalogue.promises import PROMISES
from shared.errors import NotAllowed, NotFound, Refusal, Unavailable
from shared.forms import DATES

Answer = Response | str | tuple[str, int]
FORMS: Mapping[str, tuple[Question, ...]] = {
    "extension": EXTENSION,
    "standing": STANDING,
    "revocation": REVOCATION,
    "rate": RATE,
    "tariff": TARIFF,
    "waiver": WAIVER,
    "cash_reversal": CASH_REVERSAL,
    "bank_account": BANK_ACCOUNT,
    "bookings_lapse": (),
    "discard_message": DISCARD_MESSAGE,
    "closure": (*CLOSURE, AFFECTED),
    "hours": HOURS,
    "weekend": WEEKEND,
    "booking_rule": BOOKING_RULE,
    "relocation": RELOCATION,
    "photo_rule": PHOTO_RULE,
    "promise_rule": PROMISE_RULE,
    "office": OFFICE,
    "office_in_syria": OFFICE_IN_SYRIA,
    "reopening": (),
}
# Where a proposal begins that asks nothing.
BEGINS = {"bookings_lapse": "desk.bookings", "reopening": "desk.calendar"}
# What is asked beside the questions: one value, or several that are ticked.
ONE: Mapping[str, tuple[str, ...]] = {
    "standing": ("transaction",),
    "bookings_lapse": ("phase",),
    "hours": ("service",),
    "booking_rule": ("service",),
    "reopening": ("closure",),
    "tariff": ("tariff_fee", "tariff_currency"),
    "photo_rule": ("photo_transaction",),
    "promise_rule": ("promise_for",),
}
SEVERAL: Mapping[str, tuple[str, ...]] = {
    "extension": ("transactions",),
    "hours": ("weekdays",),
    "weekend": ("rest_days", "half_days"),
    "office_in_syria": ("takes", "weekdays"),
}
LONGEST, MOST = 200, 200
VERDICTS = ("approve", "decline")


def show() -> str:
    """Proposals that wait, then those decided last."""
    return _list()


def _list(**more: Any) -> str:
    proposals = consular().approvals.list_proposals(actor())
    return render_template(
        "desk/mission/approvals/proposals.html",
        waiting=[_worded(proposal) for proposal in proposals if proposal["state"] == "waiting"],
        decided=[_worded(proposal) for proposal in proposals if proposal["state"] != "waiting"],
        me=visitor().account,
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
        may_sign=visitor().role in PAGES["desk.undo_proposal"],
        done=request.args.get("done", ""),
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        **more,
    )


def _worded(proposal: Proposal) -> dict[str, Any]:
    return {**proposal, "terms": terms(proposal["params"])}


def ask(kind: str) -> Answer:
    """The terms of a new one."""
    if kind not in FORMS:
        raise NotFound()
    if kind in BEGINS:
        return redirect(url_for(BEGINS[kind]), 303)
    return _form(kind)


def propose(kind: str) -> Answer:
    """First shows what it would touch; put before a second person only when that page confirms it."""
    if kind not in FORMS:
        raise NotFound()
    params = _typed_params(kind)
    try:
        if "confirmed" in request.form:
            consular().approvals.propose(actor(), kind, params, request.form.get("key", ""))
            return redirect(url_for("desk.proposals", done="proposed"), 303)
        preview = consular().approvals.preview(actor(), kind, params)
    except (NotFound, NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        if not FORMS[kind]:
            raise
        return _form(kind, refusal), refusal.status
    keep_unfinished()
    return render_template(
        "desk/mission/approvals/propose.html",
        kind=kind,
        fields=[],
        preview=preview,
        terms=terms(preview["params"]),
        hidden=_hidden(kind, preview["params"]),
        key=str(uuid.uuid4()),
        errors={},
    )


def _typed_params(kind: str) -> dict[str, Any]:
    params: dict[str, Any] = dict(typed(FORMS[kind], request.form))
    for name in SEVERAL.get(kind, ()):
        params[name] = request.form.getlist(name)[:MOST]
    for name in ONE.get(kind, ()):
        params[name] = request.form.get(name, "")[:LONGEST]
    return params


def _hidden(kind: str, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The clean terms as fields of the form that confirms them."""
    asked = {one.name: one for one in FORMS[kind]}
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if value is None:
            continue
        if name in asked and asked[name].kind in DATES:
            pairs += [(f"{name}-{part}", text) for part, text in zip(PARTS, str(value).split("-"), strict=True)]
        else:
            pairs += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
    return pairs


def _form(kind: str, refusal: Refusal | None = None) -> str:
    errors = faults(refusal, FORMS[kind], prefix="field") if refusal else {}
    # A link may bring along what is to be changed.
    values = typed(FORMS[kind], request.values)
    return render_template(
        "desk/mission/approvals/propose.html",
        kind=kind,
        fields=fields(FORMS[kind], values, errors, prefix="field"),
        errors=errors,
        ones=ONE.get(kind, ()),
        several=SEVERAL.get(kind, ()),
        chosen={name: request.values.getlist(name) for name in (*ONE.get(kind, ()), *SEVERAL.get(kind, ()))},
        options=_options(kind),
        preview=None,
    )


def _options(kind: str) -> dict[str, list[tuple[str, Markup | str]]]:
    """The choices of what is asked beside the questions, by name."""
    titles = {slug: t(f"transaction.{slug}.title") for slug in CATALOGUE}
    transactions: list[tuple[str, Markup | str]] = sorted(titles.items(), key=lambda one: one[1])
    week: list[tuple[str, Markup | str]] = [(str((column - 1) % 7), weekday_name(column)) for column in range(7)]
    return {
        **(_tariff_options() if kind == "tariff" else {}),
        **dict.fromkeys(("transaction", "transactions"), transactions),
        **dict.fromkeys(WEEKDAYS, week),
        "photo_transaction": [
            (EVERY, t("desk.photos.every")),
            *(choice for choice in transactions if CATALOGUE[choice[0]].photo_rules),
        ],
        "takes": [(code, code) for code in FOREIGN_CURRENCIES],
        "promise_for": sorted(((key, promise_name(key)) for key in PROMISES), key=lambda one: one[1]),
        "service": [(service, t(f"turn.service.{service}")) for service in SERVICES],
    }


def _tariff_options() -> dict[str, list[tuple[str, Markup | str]]]:
    """The lines that are charged, and the currencies in which the mission's tariffs are set."""
    lines = [f"{slug}:{fee.name}" for slug, entry in CATALOGUE.items() for fee in entry.fees]
    codes = consular().offers.tariffs(actor(), today().isoformat())["currencies"]
    return {
        "tariff_fee": sorted(((line, fee_name(line)) for line in lines), key=lambda one: one[1]),
        "tariff_currency": [(code, code) for code in codes],
    }


def decide(reference: str) -> Answer:
    """The second person approves or declines; a refusal is shown on the list."""
    reason, key = request.form.get("decline_reason", ""), request.form.get("key", "")
    return submit(
        lambda: consular().approvals.decide(actor(), reference, pressed(*VERDICTS), reason, key),
        lambda refusal: _list(refused=faults(refusal, prefix="field"), about=reference, typed_reason=reason),
        url_for("desk.proposals", done=request.form.get("verdict", "")),
    )


def undo(reference: str) -> Answer:
    """One person takes a signed proposal back while nobody has been told; a refusal is shown on the list."""
    return submit(
        lambda: consular().approvals.undo(actor(), reference, request.form.get("key", "")),
        lambda refusal: _list(refused=faults(refusal, prefix="field"), about=reference),
        url_for("desk.proposals", done="undo"),
    )
