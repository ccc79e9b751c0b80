"""The desk's routes about exceptions: refund held money, clear a flag."""

from typing import Any

from flask import Blueprint
from marshmallow import fields
from sqlalchemy.orm import Session

from services.consular.api.request import Keyed, head, run_once
from services.consular.workflow.money import exceptions
from shared.web.service import allowed, body, current_actor

blueprint = Blueprint("exceptions", __name__)


class ReasonRequest(Keyed):
    """The reason, in plain words; stored with the file."""

    reason = fields.String(load_default="")


@blueprint.post("/desk/cases/<reference>/payments/<payment>/give-back")
@allowed("payment.give_back")
def refund_held_payment(reference: str, payment: str) -> dict[str, Any]:
    """Marks held money as owed back, in its received amount."""
    request_body = body(ReasonRequest)

    def act(session: Session) -> dict[str, Any]:
        due = exceptions.refund_held_payment(session, current_actor(), reference, payment, request_body["reason"])
        return {"refund": due.reference, "amount": due.amount, "currency": due.currency}

    return run_once(
        reference, request_body["key"], {"verb": "give_back", "payment": payment, "reason": request_body["reason"]}, act
    )


@blueprint.post("/desk/cases/<reference>/clear")
@allowed("desk.clear")
def clear(reference: str) -> dict[str, Any]:
    """Clears the flag."""
    request_body = body(ReasonRequest)

    def act(session: Session) -> dict[str, Any]:
        application = exceptions.clear_flag(session, current_actor(), reference, request_body["reason"])
        return head(application)

    return run_once(reference, request_body["key"], {"verb": "clear", "reason": request_body["reason"]}, act)
