"""Paying: the price line by line, then by card at the provider's page, by transfer, or in cash at the counter."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications.applications import Application
from services.gateway.clients.consular.money.payments import Payment
from services.gateway.pages.applications.application_status import held_payments, money_waits, price_ends
from services.gateway.pages.apply.draft import load_editable
from services.gateway.pages.payments.card.card_page import form_context, send_to_provider
from services.gateway.web.current import acting_at, conscription, consular, visitor
from services.gateway.web.language import chosen
from services.gateway.web.whom import note_whom
from shared.catalogue.model import Transaction
from shared.documents.typesetting import step_text
from shared.errors import Conflict, Refusal
from shared.forms import transaction

# States in which only the provider can say how a payment ended.
UNDECIDED = frozenset({"created", "pending", "unknown"})
blueprint = Blueprint("pay", __name__)


@blueprint.get("/applications/<reference>/pay")
def choose(reference: str) -> str:
    """The quote and the ways to pay it."""
    return page(*load_editable(reference, "pay"))


def page(application: Application, entry: Transaction, refusal: Refusal | None = None) -> str:
    """The ways to pay, with what was refused."""
    return render_template(
        "pages/payments/pay.html",
        application=application,
        entry=entry,
        quote=application["quote"],
        price_ends=price_ends(application),
        held=held_payments(application),
        money_waits=money_waits(application),
        change=refusal.params if refusal and refusal.code == "price_changed" else None,
        **form_context(refusal, application["quote"]["currency"] if application["quote"] else None),
    )


@blueprint.post("/applications/<reference>/pay")
def card(reference: str) -> Response | tuple[str, int]:
    """Opens the payment of the fee at the provider."""
    application, entry = load_editable(reference, "pay")
    try:
        return send_to_provider(reference, consular().payments.open_card)
    except Conflict as conflict:
        # The price ran out meanwhile: the new one is shown, and nothing is charged before it has been seen.
        return page(*load_editable(reference, "pay"), conflict), conflict.status
    except Refusal as refusal:
        return page(application, entry, refusal), refusal.status


@blueprint.get("/applications/<reference>/paid")
def came_back(reference: str) -> str | Response:
    """Return page of the provider, which is asked for the state. The address says no more than that the payer left the
    page: it is closed then, so that they may pay in another way."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    undecided = [one for one in application["payments"] if one["method"] == "card" and one["state"] in UNDECIDED]
    ended: Payment | None = None
    for payment in undecided:
        ended = consular().payments.refresh(visitor().actor, payment["reference"], left="left" in request.args)
    if ended is not None:
        application = consular().applications.detail(visitor().actor, reference)
        note_whom(application)
    last = ended or next(iter(reversed(application["payments"])), None)
    return render_template("pages/payments/paid.html", application=application, payment=last)


@blueprint.get("/applications/<reference>/counter")
def counter(reference: str) -> str | Response:
    """What to bring to the counter: the reference, large, and the sum. Nobody is sent there while money is held."""
    application, entry = load_editable(reference, "pay")
    if money_waits(application):
        return redirect(url_for("pay.choose", reference=reference), 303)
    return render_template(
        "pages/payments/counter.html",
        application=application,
        entry=entry,
        quote=application["quote"],
        price_ends=price_ends(application),
    )


@blueprint.get("/applications/<reference>/working")
def working(reference: str) -> str:
    """How an assessed amount was calculated, step by step, each with its law."""
    application = consular().applications.detail(visitor().actor, reference)
    note_whom(application)
    entry = transaction(application["transaction"])
    actor, behalf = acting_at(application["mission"]), application["behalf"]
    acting = behalf is not None and not behalf["yours"]
    leave = consular().documents.passes(actor, reference)["conscription"] if acting else None
    assessment = conscription().assessment(actor, reference, leave)
    steps = [{"text": step_text(chosen(), step), "law": step.get("law")} for step in assessment["working"]]
    return render_template(
        "pages/payments/working.html", application=application, entry=entry, assessment=assessment, steps=steps
    )
