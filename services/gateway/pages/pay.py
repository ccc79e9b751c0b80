"""Paying: the price line by line, then a card at the provider's own page or cash at the counter."""

from secrets import token_urlsafe
from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.consular import Application, Payment
from services.gateway.current import acting_at, conscription, consular, settings, visitor
from services.gateway.forms import faults
from services.gateway.language import chosen
from services.gateway.pages.apply import mine
from services.gateway.security import allow_form_to
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
    return _page(*mine(reference, "pay"))


def _page(application: Application, entry: Transaction, refusal: Refusal | None = None) -> str:
    if settings().provider_url:
        allow_form_to(settings().provider_url)
    return render_template(
        "pages/pay.html",
        application=application,
        entry=entry,
        quote=application["quote"],
        by_card=bool(settings().provider_url),
        errors=faults(refusal) if refusal else {},
        key=token_urlsafe(16),
    )


@blueprint.post("/applications/<reference>/pay")
def card(reference: str) -> Response | tuple[str, int]:
    """Opens the payment and sends the browser to the provider. The key makes a second press the same payment."""
    application, entry = mine(reference, "pay")
    back = settings().public_url + url_for("pay.came_back", reference=reference)
    try:
        opened = consular().pay_by_card(visitor().actor, reference, request.form.get("key", ""), back)
        address = checked(opened["redirect_url"])
    except Conflict as conflict:
        # The price ran out meanwhile: the new one is shown, and nothing is charged before it has been seen.
        return _page(*mine(reference, "pay"), conflict), conflict.status
    except Refusal as refusal:
        return _page(application, entry, refusal), refusal.status
    allow_form_to(address)
    return redirect(address, 303)


def checked(address: str) -> str:
    """The address, if it is the provider's. Raises Unavailable for any other: money never follows a stray link."""
    told, known = urlsplit(address), urlsplit(settings().provider_url)
    if (told.scheme, told.netloc) != (known.scheme, known.netloc):
        raise Unavailable("provider_down")
    return address


@blueprint.get("/applications/<reference>/paid")
def came_back(reference: str) -> str | Response:
    """Back from the provider: believes nothing the address says, and asks the provider how it ended."""
    application = consular().application(visitor().actor, reference)
    undecided = [one for one in application["payments"] if one["method"] == "card" and one["state"] in UNDECIDED]
    ended: Payment | None = None
    for payment in undecided:
        ended = consular().refresh(visitor().actor, payment["reference"])
    if ended is not None:
        application = consular().application(visitor().actor, reference)
    last = ended or next(iter(reversed(application["payments"])), None)
    return render_template("pages/paid.html", application=application, payment=last)


@blueprint.get("/applications/<reference>/counter")
def counter(reference: str) -> str:
    """What to bring to the counter: the reference, large, and the sum."""
    application, entry = mine(reference, "pay")
    return render_template("pages/counter.html", application=application, entry=entry, quote=application["quote"])


@blueprint.get("/applications/<reference>/working")
def working(reference: str) -> str:
    """How an assessed amount came about, step by step, each with its law."""
    application = consular().application(visitor().actor, reference)
    entry = transaction(application["transaction"])
    actor, behalf = acting_at(application["mission"]), application["behalf"]
    acting = behalf is not None and not behalf["yours"]
    leave = consular().papers_pass(actor, reference)["conscription"] if acting else None
    found = conscription().assessment(actor, reference, leave)
    steps = [{"text": step_text(chosen(), step), "law": step.get("law")} for step in found["working"]]
    return render_template("pages/working.html", application=application, entry=entry, assessment=found, steps=steps)
