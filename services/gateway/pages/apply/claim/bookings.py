"""Confirming a booking of an older platform by its reference and transaction; the register attests the person."""

from secrets import token_urlsafe

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.throttle import CLAIM_BY_ACCOUNT
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.content.eligibility import attested
from services.gateway.web.current import consular, visitor
from services.gateway.web.forms import faults, fields, typed
from services.gateway.web.presentation import mission_name, t
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import CLAIM
from shared.errors import Conflict, Invalid, Refusal, Unavailable

blueprint = Blueprint("bookings", __name__)


@blueprint.get("/bookings/confirm")
def ask() -> str:
    """The two things that are asked."""
    return _page()


@blueprint.post("/bookings/confirm")
def claim() -> Response | tuple[str, int]:
    """Opens a draft that keeps the booked day. An absent booking and somebody else's get the same answer."""
    form = request.form
    reference, slug = form.get("booking_reference", "").strip()[:300], form.get("transaction", "")
    try:
        errors = {} if reference else {"booking_reference": "required"}
        errors |= {} if slug in CATALOGUE else {"transaction": "choose"}
        if errors:
            raise Invalid("invalid", errors=errors)
        slow_down(CLAIM_BY_ACCOUNT, visitor().account)
        statements = attested(CATALOGUE[slug]).statements
        application = consular().bookings.claim(visitor().actor, reference, slug, statements, form.get("key", ""))
    except Unavailable:
        raise
    except Conflict as refusal:
        return _page(refusal, str(refusal.params.get("reference") or "")), refusal.status
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("applications.show", reference=application["reference"]), 303)


def _page(refusal: Refusal | None = None, open_one: str = "") -> str:
    errors = faults(refusal, CLAIM, prefix="field") if refusal else {}
    return render_template(
        "pages/apply/claim/claim.html",
        fields=fields(CLAIM, typed(CLAIM, request.form), errors, prefix="field"),
        transactions=sorted(((slug, t(f"transaction.{slug}.title")) for slug in CATALOGUE), key=lambda one: one[1]),
        chosen=request.form.get("transaction", ""),
        errors=errors,
        open_one=open_one,
        mission=mission_name(visitor().mission),
        key=token_urlsafe(16),
    )
