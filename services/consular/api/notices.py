"""Notices over HTTP: the list, the count for every page's header, and the mark as read."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from marshmallow import Schema, fields, validate
from sqlalchemy.exc import SQLAlchemyError

from services.consular.api.request import person_transaction
from services.consular.notices import inbox, outgoing
from shared.identity.access import ACCESS
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
LARGEST_ID = 2**62
UNREAD_HEADER = "X-Unread-Notices"


class ReadMark(Schema):
    """The newest notice that was on the page."""

    latest = fields.Integer(required=True, strict=True, validate=validate.Range(0, LARGEST_ID, error="out_of_range"))


@blueprint.get("")
@allowed("notice.list")
def list_own() -> Response:
    """The person's notices, newest first."""
    with person_transaction() as session:
        return jsonify(inbox.list_own(session, current_actor()))


@blueprint.get("/unread")
@allowed("notice.list")
def unread() -> dict[str, int]:
    """The number of unread notices."""
    with person_transaction() as session:
        return {"unread": inbox.count_unread(session, current_actor())}


def add_unread(response: Response) -> Response:
    """Adds the number of unread notices to an answer that was asked for it too: pages show it in their header."""
    actor = g.get("actor")
    if (
        UNREAD_HEADER in request.headers
        and response.status_code < 400
        and actor
        and actor.role in ACCESS["notice.list"]
    ):
        # The answer itself is worth more than the number beside it.
        with suppress(SQLAlchemyError), person_transaction() as session:
            response.headers[UNREAD_HEADER] = str(inbox.count_unread(session, actor))
    return response


class Sent(Schema):
    """The ids of notices that were taken over."""

    ids = fields.List(
        fields.Integer(strict=True, validate=validate.Range(0, LARGEST_ID, error="out_of_range")),
        required=True,
        validate=validate.Length(max=outgoing.BATCH, error="too_long"),
    )


@blueprint.get("/outgoing")
@allowed("notice.fetch")
def list_outgoing() -> Response:
    """What has to leave the house, for the gateway alone."""
    with transaction() as session:
        return jsonify(outgoing.list_outgoing(session))


@blueprint.post("/outgoing")
@allowed("notice.fetch")
def mark_sent() -> dict[str, int]:
    """The gateway has them; repeating it changes nothing."""
    ids = body(Sent)["ids"]
    with transaction() as session:
        outgoing.mark_sent(session, ids)
    return {"taken": len(ids)}


@blueprint.post("/read")
@allowed("notice.list")
def read() -> dict[str, Any]:
    """Marks the notices of the page as read; repeating it changes nothing."""
    actor, latest = current_actor(), body(ReadMark)["latest"]
    with person_transaction() as session:
        missions = inbox.missions_with_unread(session, actor)
    read_count = 0
    for mission in missions:
        with database().scope(mission) as session:
            read_count += inbox.mark_read(session, actor, latest)
    return {"read": read_count}
