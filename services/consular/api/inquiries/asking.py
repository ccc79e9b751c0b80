"""Inquiries over HTTP, for the people who ask: write, add files, confirm, read, follow up."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema, fields, validate

from services.consular.api.request import TEXT, mission_session, person_transaction
from services.consular.api.uploads import intake, page_of
from services.consular.inquiries import ask, contest, files, view
from services.consular.inquiries.ask import Question
from services.consular.inquiries.model import Inquiry
from services.consular.uploads import blobs
from services.consular.uploads.blobs import SERVED
from services.consular.uploads.rules import READABLE, safe_name
from shared.errors import NotFound, Unavailable
from shared.identity.actor import OFFICER_ROLES
from shared.values.references import clean, is_valid, mission_of
from shared.web.service import allowed, body, current_actor, database

# Longer than any text that is taken, so that the rules say what is wrong with it.
LONGEST = 60_000
blueprint = Blueprint("inquiries", __name__)


class Asked(Schema):
    """A question as it was typed; `reference` is that of the actor's own unconfirmed one."""

    type = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    number = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    about = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST, error="too_long"))
    reference = fields.String(load_default="", validate=validate.Length(max=TEXT, error="too_long"))


class Words(Schema):
    """Words of the person about an answer."""

    text = fields.String(load_default="", validate=validate.Length(max=LONGEST, error="too_long"))


class Sealed(Schema):
    """The digest that the code was bound to."""

    digest = fields.String(required=True, validate=validate.Length(max=TEXT, error="too_long"))


class Rating(Schema):
    """From 1 to 5."""

    rating = fields.Integer(required=True, strict=True)


# What the person does with an inquiry that is written: the schema, its one field, and the verb that takes it.
VERBS: dict[str, tuple[type[Schema], str, Callable[..., Inquiry]]] = {
    "confirm": (Sealed, "digest", ask.confirm),
    "reopen": (Words, "text", contest.reopen),
    "appeal": (Words, "text", contest.appeal),
    "rating": (Rating, "rating", contest.rate),
}


def question_of(content: dict[str, Any]) -> Question:
    """What was asked, with the reference found in what was typed."""
    about = clean(content["about"]) if content["about"].strip() else None
    return Question(content["type"], content["number"], content["text"], about)


@blueprint.post("/inquiries")
@allowed("inquiry.ask")
def write() -> tuple[dict[str, Any], int]:
    """Writes an unconfirmed inquiry, at the mission of its application or at one's own."""
    content, actor = body(Asked), current_actor()
    question = question_of(content)
    about_mission = mission_of(question.about) if question.about and is_valid(question.about) else None
    mission = about_mission or actor.mission
    if not mission or not actor.person:
        raise NotFound()
    # Of one that was begun at another mission a new one is made.
    reference = content["reference"] if mission_of(content["reference"]) == mission else ""
    with database().scope(mission) as session:
        inquiry = ask.write(session, actor, mission, question, reference)
        return view.head(inquiry), 201


@blueprint.get("/inquiries")
@allowed("inquiry.ask")
def list_own() -> Response:
    """One's own, of all missions; with `about` those about one application."""
    with person_transaction() as session:
        return jsonify(view.list_own(session, current_actor(), request.args.get("about", "")[:TEXT] or None))


@blueprint.get("/inquiries/<reference>")
@allowed("inquiry.ask")
def detail(reference: str) -> dict[str, Any]:
    """One's own, with what was said in it."""
    with mission_session(reference) as session:
        return view.read(session, current_actor(), reference)


@blueprint.post("/inquiries/<reference>/files")
@allowed("inquiry.ask")
def add_file(reference: str) -> tuple[dict[str, Any], int]:
    """Adds a file as raw bytes, judged and written anew like every other one."""
    actor, filename = current_actor(), request.args.get("filename", "")[:TEXT]
    with mission_session(reference) as session:
        mission = files.check_room(session, actor, reference)
    file = intake().take(mission, request.get_data(cache=False), "file")
    if file.state != READABLE:
        raise Unavailable("scanner_down")
    with mission_session(reference) as session:
        name = safe_name(filename, file.type)
        row = files.add(session, actor, reference, name, file.type, file.size, file.sha256)
        blobs.use(session, mission, row.owner, file.files)
        return {"number": row.number}, 201


@blueprint.get("/inquiries/<reference>/files/<int:number>")
@allowed("inquiry.read")
def file_page(reference: str, number: int) -> Response:
    """A page of a file as a picture, for its person and for the mission."""
    with mission_session(reference) as session:
        actor = current_actor()
        shown = view.at_desk if actor.role in OFFICER_ROLES else view.read
        shown(session, actor, reference)
        stored = blobs.find(session, files.find(session, reference, number).owner, SERVED)
        if stored is None:
            raise NotFound()
    return page_of(stored, f"{reference}-{number}")


@blueprint.post("/inquiries/<reference>/seal")
@allowed("inquiry.ask")
def read_digest(reference: str) -> dict[str, Any]:
    """The digest of a whole inquiry, which the code is bound to."""
    with mission_session(reference) as session:
        return {"digest": ask.whole_digest(session, current_actor(), reference)}


@blueprint.post("/inquiries/<reference>/<verb>")
@allowed("inquiry.ask")
def act(reference: str, verb: str) -> dict[str, Any]:
    """Confirms, reopens, appeals or rates the person's own inquiry."""
    if verb not in VERBS:
        raise NotFound()
    schema, field, change = VERBS[verb]
    value = body(schema)[field]
    with mission_session(reference) as session:
        return view.head(change(session, current_actor(), reference, value))
