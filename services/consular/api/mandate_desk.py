"""The desk's routes about papers that let one person act for another, and about persons who may be the same."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.mandates import StatementRequest
from services.consular.api.request import Keyed, mission_session, run_once
from services.consular.applications.statements import attested_person
from services.consular.missions import today
from services.consular.people import mandate_notices, mandates, review_mandate
from services.consular.people.model import Mandate
from services.consular.workflow import duplicates
from shared.database import audit
from shared.web.service import allowed, body, current_actor, keys, transaction

blueprint = Blueprint("mandate_desk", __name__, url_prefix="/desk")


class DeedAcceptance(Keyed, StatementRequest):
    """With it comes what the register told this officer about the person the paper names."""


class DeedRefusal(Keyed):
    """Why a paper does not do."""

    reason = fields.String(load_default="")
    note = fields.String(load_default="", allow_none=True, validate=validate.Length(max=2000, error="too_long"))


def _serialise(session: Session, mandate: Mandate) -> dict[str, Any]:
    view = mandates.serialise(mandate, current_actor(), today(session, mandate.mission))
    return {**view, "principal_number": mandate.principal_number, "scan_type": mandate.scan_type}


@blueprint.get("/mandates")
@allowed("desk.mandates")
def list_deeds() -> list[dict[str, Any]]:
    """Papers to be checked, and the last ones decided."""
    with transaction() as session:
        return [_serialise(session, deed) for deed in review_mandate.list_deeds(session, current_actor())]


@blueprint.get("/mandates/<reference>")
@allowed("desk.mandate")
def detail(reference: str) -> dict[str, Any]:
    """One paper, with whom it names."""
    with mission_session(reference) as session:
        audit.record(session, current_actor(), "mandate.read", reference)
        return _serialise(session, mandates.find(session, reference))


@blueprint.get("/mandates/<reference>/scan")
@allowed("desk.mandate")
def scan(reference: str) -> Response:
    """The scan, never to be run as a page."""
    with mission_session(reference) as session:
        content, kind = review_mandate.read_scan(session, current_actor(), reference)
    answer = Response(content, content_type=kind)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


@blueprint.post("/mandates/<reference>/accept")
@allowed("desk.mandate_decide")
def accept(reference: str) -> dict[str, Any]:
    """The paper is good."""
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
    """The paper does not do."""
    request_body = body(DeedRefusal)

    def act(session: Session) -> dict[str, Any]:
        note = request_body["note"] or ""
        mandate = review_mandate.refuse(session, current_actor(), reference, request_body["reason"], note)
        mandate_notices.notify_decided(session, mandate)
        return _serialise(session, mandate)

    return run_once(reference, request_body["key"], {"verb": "refuse_mandate", "reason": request_body["reason"]}, act)


class DuplicateVerdict(DeedRefusal):
    """Whether two files are one person's, and why the officer is sure."""

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
        return {"reference": application.reference, "status": application.status}

    content = {
        "verb": "judge",
        "other": request_body["other"],
        "verdict": request_body["verdict"],
        "reason": request_body["reason"],
    }
    return run_once(reference, request_body["key"], content, act)
