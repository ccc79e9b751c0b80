"""After an answer: ask again, object to a refusal, say how the answer was."""

from flask import Blueprint, request, url_for
from werkzeug.wrappers import Response

from services.gateway.pages.inquiries.inquiries import page
from services.gateway.web.current import consular, visitor
from services.gateway.web.forms import faults
from services.gateway.web.sent_forms.submission import submit
from shared.values.digits import ascii_digits, is_digits

LONGEST, RATING_DIGITS = 50_000, 4
blueprint = Blueprint("inquiry_answer", __name__)
Answer = Response | tuple[str, int]


@blueprint.post("/inquiries/<reference>/<any(reopen, appeal):verb>")
def contest(reference: str, verb: str) -> Answer:
    """Asks again, or objects; what was typed comes back with what is wrong about it."""
    text = request.form.get("text", "")[:LONGEST]
    return submit(
        lambda: consular().inquiries.contest(visitor().actor, reference, verb, text),
        lambda refusal: page(reference, verb, refusal, faults(refusal, prefix="inquiry")),
        url_for("inquiries.show", reference=reference),
    )


@blueprint.post("/inquiries/<reference>/rating")
def rate(reference: str) -> Answer:
    """From 1 to 5; anything else is refused beside the field."""
    typed = ascii_digits(request.form.get("rating", ""))[:RATING_DIGITS]
    rating = int(typed) if is_digits(typed) else 0
    return submit(
        lambda: consular().inquiries.rate(visitor().actor, reference, rating),
        lambda refusal: page(reference, "rate", refusal, faults(refusal, prefix="inquiry")),
        url_for("inquiries.show", reference=reference, rated=1),
    )
