"""The desk's routes about deeds of mandates, and about possible duplicates of a person."""

from typing import Any

from flask import Blueprint, Response, request
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.mandates import StatementRequest
from services.consular.api.request import Keyed, head, mission_session, run_once
from services.consular.api.uploads import intake, page_of, sealed_off
from services.consular.applications.statements import attested_person
from services.consular.missions import today
from services.consular.people import mandate_notices, mandates, review_mandate
from services.consular.people.model import Mandate
from services.consular.uploads import blobs, transfer
from services.consular.uploads.blobs import SERVED
from services.consular.uploads.model import BlobUse
from services.consular.uploads.rules import ENDINGS
from services.consular.workflow import duplicates
from shared.database import audit
from shared.errors import Conflict
from shared.identity.actor import service
from shared.values.references import mission_of
from shared.web.service import allowed, body, current_actor, keys, transaction

blueprint = Blueprint("mandate_desk", __name__, url_prefix="/desk")


class DeedAcceptance(Keyed, StatementRequest):
    """The acceptance of a deed, with the register's statement to this officer about the principal."""


class DeedRefusal(Keyed):
    """The refusal of a deed, with its reason."""

    reason = fields.String(load_default="")
    note = fields.String(load_default="", allow_none=True, validate=validate.Length(max=2000, error="too_long"))


def _serialise(session: Session, mandate: Mandate) -> dict[str, Any]:
    view = mandates.serialise(mandate, current_actor(), today(session, mandate.mission))
    pages = blobs.count_pages(session, mandate.reference)
    return {
        **view,
        "principal_number": mandate.principal_number,
        "scan_type": mandate.scan_type,
        "scan_pages": pages,
        "agent_person": mandate.agent,
    }


@blueprint.get("/mandates")
@allowed("desk.mandates")
def list_deeds() -> list[dict[str, Any]]:
    """The deeds to be checked, and the latest decided ones."""
    rows = review_mandate.EXPORT_ROWS if request.args.get("whole") else review_mandate.LIST_ROWS
    with transaction() as session:
        return [_serialise(session, deed) for deed in review_mandate.list_deeds(session, current_actor(), rows)]


@blueprint.get("/mandates/<reference>")
@allowed("desk.mandate")
def detail(reference: str) -> dict[str, Any]:
    """One deed, with the persons it names."""
    with mission_session(reference) as session:
        audit.record(session, current_actor(), "mandate.read", reference)
        return _serialise(session, mandates.find(session, reference))


@blueprint.get("/mandates/<reference>/scan")
@allowed("desk.mandate")
def scan(reference: str) -> Response:
    """The scan as it was written anew, with headers that keep a browser from running it as a page."""
    file = _scan_file(reference)
    return sealed_off(intake().read(file), file.type, f"{reference}.{ENDINGS.get(file.type, 'bin')}")


@blueprint.get("/mandates/<reference>/scan/page")
@allowed("desk.mandate")
def scan_page(reference: str) -> Response:
    """A page of the scan as a picture to read."""
    return page_of(_scan_file(reference), reference)


def _scan_file(reference: str) -> BlobUse:
    """The stored scan; one that an earlier version kept in its row is moved to the store first."""
    with mission_session(reference) as session:
        review_mandate.note_scan_read(session, current_actor(), reference)
        file = blobs.find(session, reference, SERVED)
    if file is None:
        transfer.transfer_scan(intake(), service("consular", mission_of(reference)), reference)
        with mission_session(reference) as session:
            file = blobs.find(session, reference, SERVED)
    if file is None:
        raise Conflict("paper_refused")
    return file


@blueprint.post("/mandates/<reference>/accept")
@allowed("desk.mandate_decide")
def accept(reference: str) -> dict[str, Any]:
    """Accepts a deed."""
    request_body, actor = body(DeedAcceptance), current_actor()
    principal = attested_person(keys(), request_body["statement"], to=actor.id)

    def act(session: Session) -> dict[str, Any]:
        mission = mandates.find(session, reference).mission
        mandate = review_mandate.accept(session, actor, reference, principal, today(session, mission))
        mandate_notices.notify_decided(session, mandate)
        return _serialise(session, mandate)

    return run_once(reference, request_body["key"], {"verb": "accept_mandate"}, act)


@blueprint.post("/mandates/<reference>/refuse")
@allowed("desk.mandate_decide")
def refuse(reference: str) -> dict[str, Any]:
    """Refuses a deed."""
    request_body = body(DeedRefusal)

    def act(session: Session) -> dict[str, Any]:
        note = request_body["note"] or ""
        mandate = review_mandate.refuse(session, current_actor(), reference, request_body["reason"], note)
        mandate_notices.notify_decided(session, mandate)
        return _serialise(session, mandate)

    return run_once(reference, request_body["key"], {"verb": "refuse_mandate", "reason": request_body["reason"]}, act)


class DuplicateVerdict(DeedRefusal):
    """The verdict on whether two files belong to one person, with its reason."""

    other = fields.String(required=True, validate=validate.Length(1, 40, error="too_long"))
    verdict = fields.String(load_default="")


@blueprint.post("/cases/<reference>/duplicate")
@allowed("desk.duplicate")
def judge(reference: str) -> dict[str, Any]:
    """Clears or confirms a mark."""
    request_body = body(DuplicateVerdict)

    def act(session: Session) -> dict[str, Any]:
        verdict = (request_body["verdict"], request_body["reason"], request_body["note"] or "")
        application = duplicates.judge(session, current_actor(), reference, request_body["other"], *verdict)
        return head(application)

    content = {
        "verb": "judge",
        "other": request_body["other"],
        "verdict": request_body["verdict"],
        "reason": request_body["reason"],
    }
    return run_once(reference, request_body["key"], content, act)
