"""What the desk does about exceptions: held money goes back, a flag comes off."""

from typing import Any

from flask import Blueprint
from marshmallow import fields
from sqlalchemy.orm import Session

from services.consular.api.request import Keyed, once
from services.consular.workflow import exceptions
from shared.web.service import allowed, body, current_actor

blueprint = Blueprint("exceptions", __name__)


class Why(Keyed):
    """The reason, in plain words; kept with the file."""

    reason = fields.String(load_default="")


@blueprint.post("/desk/cases/<reference>/payments/<payment>/give-back")
@allowed("payment.give_back")
def refund_held_payment(reference: str, payment: str) -> dict[str, Any]:
    """Owes held money back, as it came."""
    asked = body(Why)

    def act(session: Session) -> dict[str, Any]:
        due = exceptions.refund_held_payment(session, current_actor(), reference, payment, asked["reason"])
        return {"refund": due.reference, "amount": due.amount, "currency": due.currency}

    return once(reference, asked["key"], {"verb": "give_back", "payment": payment, "reason": asked["reason"]}, act)


@blueprint.post("/desk/cases/<reference>/clear")
@allowed("desk.clear")
def clear(reference: str) -> dict[str, Any]:
    """Takes the flag off."""
    asked = body(Why)

    def act(session: Session) -> dict[str, Any]:
        application = exceptions.clear_flag(session, current_actor(), reference, asked["reason"])
        return {"reference": application.reference, "status": application.status}

    return once(reference, asked["key"], {"verb": "clear", "reason": asked["reason"]}, act)
