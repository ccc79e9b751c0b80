"""Inquiries over HTTP, for the mission: the queue, one of them, who takes it, the answer, what came by telephone."""

from typing import Any

from flask import Blueprint, request
from marshmallow import Schema, fields, validate

from services.consular.api.inquiries.asking import LONGEST, Asked, question_of
from services.consular.api.request import TEXT, mission_session, page_number
from services.consular.inquiries import answer, ask, view
from services.consular.inquiries.answer import Answer
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("inquiry_desk", __name__)


class WrittenIn(Asked):
    """What came by telephone, letter or fax, and how to reach who asked."""

    channel = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    contact = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))


class Answered(Schema):
    """An answer to the round that the officer has read."""

    round = fields.Integer(required=True, strict=True)
    outcome = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    reason = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    next_step = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    canned = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST, error="too_long"))


@blueprint.get("/desk/inquiries")
@allowed("inquiry.queue")
def queue() -> dict[str, Any]:
    """The mission's inquiries, the first due at the top."""
    wanted, whole = request.args.get("queue", "open")[:TEXT], bool(request.args.get("whole"))
    page, rows = (1, view.EXPORT_ROWS) if whole else (page_number(), view.PAGE_ROWS)
    with transaction() as session:
        return view.queue(session, current_actor(), wanted, page, rows)


@blueprint.post("/desk/inquiries")
@allowed("inquiry.write_in")
def write_in() -> tuple[dict[str, Any], int]:
    """Writes in what did not come over a page."""
    content = body(WrittenIn)
    with transaction() as session:
        question = question_of(content)
        written = ask.write_in(session, current_actor(), question, content["channel"], content["contact"])
        return view.head(written), 201


@blueprint.get("/desk/inquiries/<reference>")
@allowed("inquiry.queue")
def detail(reference: str) -> dict[str, Any]:
    """One of them, with everything."""
    with mission_session(reference) as session:
        return view.at_desk(session, current_actor(), reference)


@blueprint.post("/desk/inquiries/<reference>/take")
@allowed("inquiry.take")
def take(reference: str) -> dict[str, Any]:
    """The officer becomes its owner."""
    with mission_session(reference) as session:
        return view.head(answer.take(session, current_actor(), reference))


@blueprint.post("/desk/inquiries/<reference>/answer")
@allowed("inquiry.answer")
def give_answer(reference: str) -> dict[str, Any]:
    """Answers it."""
    content = body(Answered)
    with mission_session(reference) as session:
        given = _answer_of(content)
        return view.head(answer.answer(session, current_actor(), reference, given, content["round"]))


@blueprint.post("/desk/inquiries/<reference>/appeal")
@allowed("inquiry.decide_appeal")
def decide_appeal(reference: str) -> dict[str, Any]:
    """Decides an objection."""
    content = body(Answered)
    with mission_session(reference) as session:
        given = _answer_of(content)
        return view.head(answer.decide_appeal(session, current_actor(), reference, given, content["round"]))


def _answer_of(content: dict[str, Any]) -> Answer:
    return Answer(**{name: content[name] for name in ("outcome", "reason", "next_step", "canned", "text")})
