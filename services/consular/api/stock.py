"""The booklet stock over HTTP: the counts, new deliveries, spoiled booklets."""

from flask import Blueprint
from marshmallow import Schema, fields, validate

from services.consular.passports import booklets
from services.consular.workflow.outcomes import booklet
from shared.database import audit
from shared.errors import Invalid
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("stock", __name__, url_prefix="/desk/booklets")
BOX = 2_000


class Delivery(Schema):
    """Serial numbers as they are printed in the booklets."""

    serials = fields.List(fields.String(), required=True, validate=validate.Length(1, BOX, error="too_long"))


class SpoilRequest(Schema):
    """The reason for a spoiled booklet."""

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
    """Receives booklets, skips known ones, and assigns them to waiting files at once."""
    serials, actor = body(Delivery)["serials"], current_actor()
    if actor.mission is None:
        raise Invalid("required", field="mission")
    with transaction() as session:
        received = booklets.receive(session, actor, actor.mission, serials)
        return {"received": received, "served": booklet.assign_booklets(session, actor)}, 201


@blueprint.post("/<serial>/spoil")
@allowed("stock.spoil")
def spoil(serial: str) -> dict[str, int]:
    """Writes a blank booklet off; an assigned one is replaced by a reprint instead."""
    with transaction() as session:
        booklets.spoil_blank(session, current_actor(), serial, body(SpoilRequest)["reason"])
        return booklets.counts(session)
