"""Notices over HTTP: the list, the count for every page's header, and the mark as read."""

from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields, validate

from services.consular.notices import inbox
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("notices", __name__, url_prefix="/notices")
LARGEST_ID = 2**62


class ReadMark(Schema):
    """The newest notice that was on the page."""

    latest = fields.Integer(required=True, strict=True, validate=validate.Range(0, LARGEST_ID, error="out_of_range"))


@blueprint.get("")
@allowed("notice.list")
def list_own() -> Response:
    """The person's notices, newest first."""
    with transaction() as session:
        return jsonify(inbox.list_own(session, current_actor()))


@blueprint.get("/unread")
@allowed("notice.list")
def unread() -> dict[str, int]:
    """The number of unread notices."""
    with transaction() as session:
        return {"unread": inbox.count_unread(session, current_actor())}


@blueprint.post("/read")
@allowed("notice.list")
def read() -> dict[str, Any]:
    """Marks the notices of the page as read; repeating it changes nothing."""
    actor, latest = current_actor(), body(ReadMark)["latest"]
    with transaction() as session:
        missions = inbox.missions_with_unread(session, actor)
    read_count = 0
    for mission in missions:
        with database().scope(mission) as session:
            read_count += inbox.mark_read(session, actor, latest)
    return {"read": read_count}
