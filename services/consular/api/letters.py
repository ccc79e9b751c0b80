"""Letters to ministries over HTTP: the desk reads and answers them, a partner fetches them and deposits its answers."""

from typing import Any

from flask import Blueprint, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import TEXT, Keyed, mission_session, page_number, run_once
from services.consular.ministries import letter_views as desk_letters
from services.consular.ministries.letter_views import EXPORT_ROWS, PAGE_ROWS
from services.consular.ministries.rules.reply_parser import MAX_ENTRIES
from services.consular.workflow import correspondence as letters
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("letters", __name__)
_texts = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True))


class LetterReply(Keyed):
    """A reply as it is entered; the rules of its question check it."""

    key = fields.String(load_default="", validate=validate.Length(max=100, error="too_long"))
    finding = fields.String(load_default="")
    number = fields.String(load_default="")
    dated = fields.String(load_default="")
    national_number = fields.String(load_default="")
    remark = fields.String(load_default="", allow_none=True)
    details = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), load_default=dict)
    entries = fields.List(_texts, load_default=list, validate=validate.Length(max=MAX_ENTRIES, error="too_long"))


@blueprint.get("/desk/letters")
@allowed("letter.list")
def list_letters() -> dict[str, Any]:
    """The mission's letters by state and authority, the overdue first."""
    state, authority, sought = (request.args.get(name, "")[:TEXT] for name in ("state", "authority", "q"))
    whole = bool(request.args.get("whole"))
    rows, page = (EXPORT_ROWS, 1) if whole else (PAGE_ROWS, page_number())
    filters = desk_letters.Filters(state, authority, sought.strip(), page, rows)
    with transaction() as session:
        return desk_letters.list_letters(session, current_actor(), filters)


@blueprint.get("/desk/letters/<code>")
@allowed("letter.read")
def detail(code: str) -> dict[str, Any]:
    """A letter with its reminder steps, its replies and its possible findings."""
    with mission_session(code) as session:
        return desk_letters.detail(session, current_actor(), code)


@blueprint.post("/desk/letters/<code>/reply")
@allowed("letter.answer")
def reply(code: str) -> dict[str, Any]:
    """Records the reply an officer has received."""
    request_body = body(LetterReply)

    def act(session: Session) -> dict[str, Any]:
        letter = letters.answer(session, current_actor(), code, request_body)
        return {"letter": letter.code, "application": letter.application, "finding": letter.finding}

    content = {name: value for name, value in request_body.items() if name != "key"}
    return run_once(code, request_body["key"], {"verb": "reply", **content}, act)


@blueprint.get("/letters/<code>")
@allowed("letter.fetch")
def fetch(code: str) -> dict[str, Any]:
    """The question of a letter, as its document states it, for its addressee."""
    with mission_session(code) as session:
        return desk_letters.content(session, current_actor(), code)


@blueprint.post("/letters/<code>/reply")
@allowed("letter.deposit")
def deposit(code: str) -> tuple[dict[str, Any], int]:
    """Stores a partner's reply; a repeated request does not change the first one."""
    request_body = body(LetterReply)
    with mission_session(code) as session:
        return {"new": letters.deposit(session, current_actor(), code, request_body)}, 201
