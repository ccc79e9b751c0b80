"""Webhook of the payment provider: passes the body on untouched; consular checks its signature."""

from flask import Blueprint, Response, make_response, request

from services.gateway.web.current import consular
from shared.errors import Refusal, problem

# The signature and what it needs; nothing else of the request goes further inside.
PASSED_ON = ("Content-Type", "Stripe-Signature")
blueprint = Blueprint("provider", __name__)


@blueprint.post("/provider/webhook")
def webhook() -> Response:
    """Returns consular's answer, so that the provider tries again when it should."""
    headers = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
    try:
        answer = make_response(consular().payments.forward_webhook(request.get_data(), headers))
        answer.headers["Content-Type"] = "application/json"
    except Refusal as refusal:
        answer = make_response(problem(refusal), refusal.status)
        answer.headers["Content-Type"] = "application/problem+json"
    return answer
