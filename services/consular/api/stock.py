"""The booklet stock over HTTP: how many there are, new ones taken in, spoiled ones written off."""

from flask import Blueprint
from marshmallow import Schema, fields, validate

from services.consular.passports import booklets
from services.consular.workflow import booklet
from shared.database import audit
from shared.errors import Invalid
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("stock", __name__, url_prefix="/desk/booklets")
BOX = 2_000


class Delivery(Schema):
    """Serial numbers as they are printed in the booklets."""

    serials = fields.List(fields.String(), required=True, validate=validate.Length(1, BOX, error="too_long"))


class SpoilRequest(Schema):
    """Why a booklet was written off."""

    reason = fields.String(required=True)


@blueprint.get("")
@allowed("stock.read")
def stock() -> dict[str, int]:
    """Booklets of the mission by state."""
    with transaction() as session:
        audit.record(session, current_actor(), "stock.read", current_actor().mission or "")
        return booklets.counts(session)


@blueprint.post("")
@allowed("stock.receive")
def receive() -> tuple[dict[str, int], int]:
    """Takes booklets in; known ones are passed over, and files that waited for one are served at once."""
    serials, actor = body(Delivery)["serials"], current_actor()
    if actor.mission is None:
        raise Invalid("required", field="mission")
    with transaction() as session:
        received = booklets.receive(session, actor, actor.mission, serials)
        return {"received": received, "served": booklet.assign_booklets(session, actor)}, 201


@blueprint.post("/<serial>/spoil")
@allowed("stock.spoil")
def spoil(serial: str) -> dict[str, int]:
    """Writes a blank booklet off; one that waits for its holder is printed again instead."""
    with transaction() as session:
        booklets.spoil_blank(session, current_actor(), serial, body(SpoilRequest)["reason"])
        return booklets.counts(session)
