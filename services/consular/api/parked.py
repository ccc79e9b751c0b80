"""Parked messages over HTTP: the list, one of them, and its replay; a discard is a proposal with two signatures."""

from typing import Any

from flask import Blueprint
from marshmallow import Schema, fields

from services.consular.api.request import page_number
from services.consular.views.operations import parked
from shared.errors import NotFound
from shared.messaging.inbox import replay
from shared.reasons import required_text
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("parked", __name__, url_prefix="/desk/parked")
# The database counts no further than nineteen digits.
REASON_LENGTH, DIGITS = 300, 18


class Reasoned(Schema):
    """Why a message is taken up again."""

    reason = fields.String(load_default="")


@blueprint.get("")
@allowed("parked.read")
def list_messages() -> dict[str, Any]:
    """A page of the mission's parked messages, and what later ones wait for."""
    with transaction() as session:
        return parked.listing(session, current_actor(), page_number())


@blueprint.get("/<number>")
@allowed("parked.read")
def detail(number: str) -> dict[str, Any]:
    """One message."""
    with transaction() as session:
        return parked.detail(session, current_actor(), _message(number))


@blueprint.post("/<number>/replay")
@allowed("parked.replay")
def replay_message(number: str) -> dict[str, Any]:
    """Has a message taken up again, as if it had just arrived."""
    reason = required_text(body(Reasoned)["reason"], REASON_LENGTH, "reason")
    with transaction() as session:
        found = parked.find(session, _message(number))
        replay(session, current_actor(), found.id, reason)
    return {"number": found.id}


def _message(number: str) -> int:
    if not (number.isascii() and number.isdecimal() and len(number) <= DIGITS):
        raise NotFound()
    return int(number)
