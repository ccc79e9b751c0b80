"""Proposals that need two people: one proposes after seeing the figures, another approves or declines."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.clients.consular.approvals import Proposal
from services.gateway.desk.wording import refusal_text
from services.gateway.web.access import PAGES
from services.gateway.web.current import actor, consular, visitor
from services.gateway.web.days import today
from services.gateway.web.forms import PARTS, faults, fields, typed
from services.gateway.web.kept_answers import keep_unfinished
from services.gateway.web.presentation import date, has_text, t
from services.gateway.web.submission import submit
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import EXTENSION, RATE, REVOCATION, STANDING, TARIFF, WAIVER
from shared.catalogue.model import Question
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
    "bookings_lapse": (),
}
# Which transaction is asked once for a standing, and as a list for an extension.
ONE, SEVERAL = "transaction", "transactions"
# The line of a transaction, and the currency its tariff is set in.
FEE, CURRENCY = "tariff_fee", "tariff_currency"
# As the terms are read aloud; a phase's reference says nothing to anybody.
ORDER = (
    *("transaction", "standing", "valid_from", "decree", "decreed_on", "transactions", "ends_from", "ends_to", "days"),
    *("waiver_reference", "waiver_reason", "law_source", "window_to", "document_code", "revocation_reason"),
    *("tariff_fee", "tariff_amount", "tariff_currency", "certainty"),
    *("rate_base", "rate_value", "rate_quote", "rate_on", "rate_days", "rate_published", "band_reason"),
)
DAYS = frozenset({"decreed_on", "ends_from", "ends_to", "rate_on", "valid_from", "window_to"})
LONGEST = 200


def show() -> str:
    """Proposals that wait, then those decided last."""
    return _list()


def _list(**more: Any) -> str:
    proposals = consular().approvals.list_proposals(actor())
    return render_template(
        "desk/approvals/proposals.html",
        waiting=[_worded(proposal) for proposal in proposals if proposal["state"] == "waiting"],
        decided=[_worded(proposal) for proposal in proposals if proposal["state"] != "waiting"],
        me=visitor().account,
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
        done=request.args.get("done", ""),
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        **more,
    )


def _worded(proposal: Proposal) -> dict[str, Any]:
    return {**proposal, "terms": terms(proposal["params"])}


def terms(params: Mapping[str, Any]) -> list[tuple[Markup, object]]:
    """The terms in words, as rows of label and value."""
    known = [name for name in ORDER if name in params]
    return [(t(f"field.{name}.label"), _value(name, params[name])) for name in known]


def _value(name: str, value: Any) -> object:
    if name in DAYS:
        return date(str(value))
    if name in (ONE, SEVERAL):
        slugs = [value] if isinstance(value, str) else list(value)
        return Markup(" · ").join(t(f"transaction.{slug}.title") for slug in slugs) or t("desk.proposals.all")
    if name == FEE:
        return fee_name(str(value))
    choice = f"field.{name}.choice.{value}"
    return t(choice) if has_text(choice) else value


def fee_name(fee: str) -> Markup:
    """A line of a transaction in words."""
    slug, _, line = fee.partition(":")
    return Markup("{} · {}").format(t(f"transaction.{slug}.title"), t(f"fee.{line}"))


def ask(kind: str) -> Answer:
    """The terms of a new one."""
    if kind not in FORMS:
        raise NotFound()
    if not FORMS[kind]:
        return redirect(url_for("desk.bookings"), 303)
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
        "desk/approvals/propose.html",
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
    if kind == "extension":
        params[SEVERAL] = request.form.getlist(SEVERAL)[: len(CATALOGUE)]
    if kind == "standing":
        params[ONE] = request.form.get(ONE, "")[:LONGEST]
    if kind == "tariff":
        params |= {name: request.form.get(name, "")[:LONGEST] for name in (FEE, CURRENCY)}
    if kind == "bookings_lapse":
        params["phase"] = request.form.get("phase", "")[:LONGEST]
    return params


def _hidden(kind: str, params: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The clean terms as fields of the form that confirms them."""
    asked = {one.name: one for one in FORMS[kind]}
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if name in asked and asked[name].kind in DATES:
            pairs += [(f"{name}-{part}", text) for part, text in zip(PARTS, str(value).split("-"), strict=True)]
        else:
            pairs += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
    return pairs


def _form(kind: str, refusal: Refusal | None = None) -> str:
    errors = faults(refusal, FORMS[kind], prefix="field") if refusal else {}
    values = typed(FORMS[kind], request.form or request.args)
    return render_template(
        "desk/approvals/propose.html",
        kind=kind,
        fields=fields(FORMS[kind], values, errors, prefix="field"),
        errors=errors,
        chosen=request.form.getlist(SEVERAL) or request.form.getlist(ONE),
        tariff=_tariff_choices() if kind == "tariff" else None,
        transactions=sorted(((slug, t(f"transaction.{slug}.title")) for slug in CATALOGUE), key=lambda one: one[1]),
        preview=None,
    )


def _tariff_choices() -> dict[str, Any]:
    """The lines that are charged, the currencies of the mission's tariffs, and what was chosen of both."""
    lines = [f"{slug}:{fee.name}" for slug, entry in CATALOGUE.items() for fee in entry.fees]
    codes = consular().offers.tariffs(actor(), today().isoformat())["currencies"]
    return {
        "fees": sorted(((line, fee_name(line)) for line in lines), key=lambda one: one[1]),
        "currencies": [(code, code) for code in codes],
        "fee": request.form.get(FEE) or request.args.get("fee"),
        "currency": request.form.get(CURRENCY),
    }


def decide(reference: str) -> Answer:
    """The second person approves or declines; a refusal is shown on the list."""
    verdict, reason = request.form.get("verdict", ""), request.form.get("decline_reason", "")
    if verdict not in ("approve", "decline"):
        raise NotFound()
    return submit(
        lambda: consular().approvals.decide(actor(), reference, verdict, reason, request.form.get("key", "")),
        lambda refusal: _list(refused=faults(refusal, prefix="field"), about=reference, typed_reason=reason),
        url_for("desk.proposals", done=verdict),
    )
