"""Checks of a person by passport page and photo over HTTP: files from the account, the verdict from an officer."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from marshmallow import Schema, fields, validate

from services.consular.api.request import mission_session
from services.consular.api.uploads import intake, page_of
from services.consular.identity_checks import decide as checks
from services.consular.identity_checks.decide import ACCEPTED, FACE, FILES, REFUSED
from services.consular.uploads import blobs, retention
from services.consular.uploads.blobs import SERVED
from services.consular.uploads.rules import PDF, READABLE
from shared.database import audit
from shared.errors import Invalid, NotFound, Unavailable
from shared.web.service import allowed, body, current_actor, database, transaction

blueprint = Blueprint("identity_checks", __name__)


class Verdict(Schema):
    """The officer's verdict; a refusal has a reason of the list."""

    verdict = fields.String(required=True, validate=validate.OneOf((ACCEPTED, REFUSED), error="unknown_choice"))
    reason = fields.String(load_default="", validate=validate.Length(max=60, error="unknown_choice"))


@blueprint.post("/identity-checks/<which>")
@allowed("identity_check.request")
def add_file(which: str) -> tuple[dict[str, Any], int]:
    """Adds one file as raw bytes, or replaces it. With both of them the check waits for an officer."""
    actor = current_actor()
    if which not in FILES or not actor.mission:
        raise NotFound()
    with database().scope(actor.mission) as session:
        checks.open_check(session, actor, actor.mission)
    file = intake().take(actor.mission, request.get_data(cache=False), which)
    if file.state != READABLE:
        raise Unavailable("scanner_down")
    if which == FACE and file.type == PDF:
        raise Invalid("face_not_a_photo", field=FACE)
    with database().scope(actor.mission) as session:
        check = checks.open_check(session, actor, actor.mission)
        owner = checks.owner(check.reference, which)
        replaced = blobs.addresses_of(session, [owner])
        blobs.release(session, [owner])
        blobs.use(session, actor.mission, owner, file.files)
        if all(blobs.find(session, each, SERVED) for each in checks.owners(check.reference)):
            checks.complete(session, check)
        answer = checks.serialise(check)
    retention.delete_now(intake(), actor.mission, replaced)
    return answer, 201


@blueprint.get("/identity-checks")
@allowed("identity_check.request")
def latest() -> dict[str, Any]:
    """How the account's latest check stands."""
    with transaction() as session:
        check = checks.latest_of(session, current_actor())
        return {"check": checks.serialise(check) if check else None}


@blueprint.get("/desk/identity-checks")
@allowed("identity_check.read")
def waiting() -> Response:
    """The checks that wait at the mission."""
    with transaction() as session:
        return jsonify([checks.serialise(check) for check in checks.list_waiting(session, current_actor())])


@blueprint.get("/desk/identity-checks/<reference>")
@allowed("identity_check.read")
def detail(reference: str) -> dict[str, Any]:
    """One check."""
    with mission_session(reference) as session:
        return checks.serialise(checks.find(session, current_actor(), "identity_check.read", reference))


@blueprint.get("/desk/identity-checks/<reference>/<which>")
@allowed("identity_check.read")
def picture(reference: str, which: str) -> Response:
    """A page of the passport, or the photo. Raises NotFound once it is decided: the files are gone."""
    with mission_session(reference) as session:
        checks.find(session, current_actor(), "identity_check.read", reference)
        file = blobs.find(session, checks.owner(reference, which), SERVED)
        if file is None:
            raise NotFound()
        audit.record(session, current_actor(), "identity_check.seen", reference, file=which)
    return page_of(file, f"{reference}-{which}")


@blueprint.post("/desk/identity-checks/<reference>")
@allowed("identity_check.decide")
def decide(reference: str) -> dict[str, Any]:
    """Decides, and deletes the files at once."""
    verdict, actor = body(Verdict), current_actor()
    with mission_session(reference) as session:
        check = checks.decide(session, actor, reference, verdict["verdict"], verdict["reason"])
        owners = checks.owners(reference)
        released = blobs.addresses_of(session, owners)
        blobs.release(session, owners)
        answer = checks.serialise(check)
    retention.delete_now(intake(), str(actor.mission), released)
    return answer
