"""The books of the mission over HTTP: the picture of a day, what does not fit, and who answers for it."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from marshmallow import Schema, fields, validate

from services.consular.payments.reconciliation import run
from services.consular.payments.reconciliation.rules import KINDS
from services.consular.views.money import books
from shared.errors import Invalid
from shared.values.digits import ascii_digits
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("reconciliation", __name__, url_prefix="/desk/books")


class TakeRequest(Schema):
    """What does not fit, by its kind and by what it is about."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS, error="unknown_choice"))
    about = fields.String(required=True, validate=validate.Length(1, 120, error="too_long"))


@blueprint.get("")
@allowed("books.read")
def show() -> dict[str, Any]:
    """The books of the day `on`, by default today."""
    with transaction() as session:
        return books.books(session, current_actor(), _day())


@blueprint.post("/take")
@allowed("bank.match")
def take() -> dict[str, Any]:
    """The actor answers for something from now on."""
    asked = body(TakeRequest)
    with transaction() as session:
        return {"owner": run.take(session, current_actor(), asked["kind"], asked["about"]).owner}


def _day() -> date | None:
    text = request.args.get("on")
    try:
        return date.fromisoformat(ascii_digits(text)) if text else None
    except ValueError as error:
        raise Invalid("not_a_date", field="on") from error
