"""Paying: the price line by line, then by card at the provider's page or in cash at the counter."""

from secrets import token_urlsafe
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.clients.consular.applications import Application
from services.gateway.clients.consular.payments import Payment
from services.gateway.pages.apply.draft import load_editable
from services.gateway.web.current import acting_at, conscription, consular, settings, visitor
from services.gateway.web.forms import faults
from services.gateway.web.language import chosen
from services.gateway.web.security import allow_form_to
from shared.catalogue.model import Transaction
from shared.documents.typesetting import step_text
from shared.errors import Conflict, Refusal, Unavailable
from shared.forms import transaction

# States in which only the provider can say how a payment ended.
UNDECIDED = frozenset({"created", "pending", "unknown"})
blueprint = Blueprint("pay", __name__)


@blueprint.get("/applications/<reference>/pay")
def choose(reference: str) -> str:
    """The quote and the two ways to pay it."""
    return _page(*load_editable(reference, "pay"))


def _page(application: Application, entry: Transaction, refusal: Refusal | None = None) -> str:
    if settings().takes_cards:
        allow_form_to(settings().provider_url)
    return render_template(
        "pages/payments/pay.html",
        application=application,
        entry=entry,
        quote=application["quote"],
        by_card=settings().takes_cards,
        errors=faults(refusal) if refusal else {},
        key=token_urlsafe(16),
    )


@blueprint.post("/applications/<reference>/pay")
def card(reference: str) -> Response | tuple[str, int]:
    """Opens the payment and sends the browser to the provider. The key makes a second press the same payment."""
    application, entry = load_editable(reference, "pay")
    back = settings().public_url + url_for("pay.came_back", reference=reference)
    try:
        opened = consular().payments.open_card(visitor().actor, reference, request.form.get("key", ""), back)
        address = checked(opened["redirect_url"])
    except Conflict as conflict:
        # The price ran out meanwhile: the new one is shown, and nothing is charged before it has been seen.
        return _page(*load_editable(reference, "pay"), conflict), conflict.status
    except Refusal as refusal:
        return _page(application, entry, refusal), refusal.status
    allow_form_to(address)
    return redirect(address, 303)


def checked(address: str) -> str:
    """The address, if it is the provider's. Raises Unavailable for any other: money never follows a stray link."""
    sent, provider = urlsplit(address), urlsplit(settings().provider_url)
    if (sent.scheme, sent.netloc) != (provider.scheme, provider.netloc):
        raise Unavailable("provider_down")
    return address


@blueprint.get("/applications/<reference>/paid")
def came_back(reference: str) -> str | Response:
    """Return page of the provider: ignores what the address says, and asks the provider for the state."""
    application = consular().applications.detail(visitor().actor, reference)
    undecided = [one for one in application["payments"] if one["method"] == "card" and one["state"] in UNDECIDED]
    ended: Payment | None = None
    for payment in undecided:
        ended = consular().payments.refresh(visitor().actor, payment["reference"])
    if ended is not None:
        application = consular().applications.detail(visitor().actor, reference)
    last = ended or next(iter(reversed(application["payments"])), None)
    return render_template("pages/payments/paid.html", application=application, payment=last)


@blueprint.get("/applications/<reference>/counter")
def counter(reference: str) -> str:
    """What to bring to the counter: the reference, large, and the sum."""
    application, entry = load_editable(reference, "pay")
    return render_template(
        "pages/payments/counter.html", application=application, entry=entry, quote=application["quote"]
    )


@blueprint.get("/applications/<reference>/working")
def working(reference: str) -> str:
    """How an assessed amount was calculated, step by step, each with its law."""
    application = consular().applications.detail(visitor().actor, reference)
    entry = transaction(application["transaction"])
    actor, behalf = acting_at(application["mission"]), application["behalf"]
    acting = behalf is not None and not behalf["yours"]
    leave = consular().documents.passes(actor, reference)["conscription"] if acting else None
    assessment = conscription().assessment(actor, reference, leave)
    steps = [{"text": step_text(chosen(), step), "law": step.get("law")} for step in assessment["working"]]
    return render_template(
        "pages/payments/working.html", application=application, entry=entry, assessment=assessment, steps=steps
    )
