"""The counter: finds a case by its reference, takes cash, hands a passport to its holder."""

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.desk.cases.case import behind
from services.gateway.desk.cases.details import held
from services.gateway.desk.codes import typed_reference
from services.gateway.desk.wording import refusal_text, who
from services.gateway.web.current import actor, consular, visitor
from shared.documents.printed_numbers import has_number
from shared.errors import NotFound, Refusal, Unavailable
from shared.values import references
from shared.values.money import Money, decimal_meant, read_amount
from shared.values.person import national_number

Answer = Response | str | tuple[str, int]
LONGEST = 300
ALSO_TAKEN = ("USD", "EUR")


def show() -> Answer:
    """The search, and the case it found."""
    typed = request.args.get("reference", "").strip()[:LONGEST]
    if not typed:
        return _page(typed="")
    reference = typed_reference(typed)
    if not references.is_valid(reference):
        found = behind(typed)
        if found is not None:
            return redirect(url_for("desk.counter", reference=found), 303)
        if has_number(typed):
            return _page(typed, errors={"reference": "desk.counter.number_unknown"}), 404
        return _page(typed, errors={"reference": "desk.counter.not_a_reference"}), 422
    try:
        case = consular().cases.detail(actor(), reference)
    except NotFound:
        found = behind(reference)
        if found is not None:
            return redirect(url_for("desk.counter", reference=found), 303)
        return _page(typed, errors={"reference": "desk.counter.not_found"}), 404
    return _page(case["reference"], case=case, who=who(case), done=request.args.get("done", ""))


def _page(typed: str, **more: Any) -> str:
    return render_template(
        "desk/counter/counter.html",
        typed=typed,
        held=held(more["case"]) if more.get("case") else [],
        currencies=_currencies(),
        key=str(uuid.uuid4()),
        refusal_text=refusal_text,
        **more,
    )


def _currencies() -> list[tuple[str, str]]:
    """The mission's own currency first, then what missions take beside it, then all others."""
    missions = consular().offers.missions()
    own = [mission["currency"] for mission in missions if mission["code"] == visitor().actor.mission]
    others = sorted(mission["currency"] for mission in missions)
    return [(code, code) for code in dict.fromkeys((*own, *ALSO_TAKEN, *others))]


def cash(reference: str) -> Answer:
    """Takes the cash the cashier counted, which must be exactly what is owed, in that currency."""
    return _count(reference, "cash")


def difference(reference: str) -> Answer:
    """As `cash`, for the difference to the urgent price."""
    return _count(reference, "upgrade-cash")


def _count(reference: str, verb: str) -> Answer:
    typed, currency = (request.form.get(name, "").strip()[:LONGEST] for name in ("amount", "currency"))
    wrong = {}
    counted = _amount(typed, currency)
    if counted is None:
        wrong["amount"] = "desk.counter.not_an_amount"
    if not currency:
        wrong["currency"] = "desk.counter.currency_needed"
    if wrong or counted is None:
        return _again(reference, errors=wrong, counted=typed, currency=currency, meant=decimal_meant(typed))
    money = {"amount": counted.amount, "currency": counted.currency, "part": "part" in request.form}
    return _act(reference, verb, money, counted=typed, currency=currency, part_chosen=money["part"])


def collect(reference: str) -> Answer:
    """Hands the passport over to the person whose national number was read from their own paper."""
    typed = request.form.get("national_number", "").strip()[:LONGEST]
    try:
        number = national_number(typed)
    except ValueError:
        return _again(reference, errors={"national_number": "desk.counter.not_a_number"}, shown_number=typed)
    return _act(reference, "collect", {"national_number": number}, shown_number=typed)


def _act(reference: str, verb: str, body: dict[str, Any], **typed: Any) -> Answer:
    try:
        consular().cases.act(actor(), reference, verb, {**body, "key": request.form.get("key", "")})
    except (NotFound, Unavailable):
        raise
    except Refusal as refusal:
        return _again(reference, refusal.status, refused=refusal, **typed)
    return redirect(url_for("desk.counter", reference=reference, done=verb), 303)


def _again(reference: str, status: int = 422, **more: Any) -> Answer:
    case = consular().cases.detail(actor(), reference)
    return _page(reference, case=case, who=who(case), **more), status


def _amount(typed: str, currency: str) -> Money | None:
    try:
        return read_amount(typed, currency)
    except ValueError:
        return None
