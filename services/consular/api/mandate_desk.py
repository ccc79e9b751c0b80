"""The desk's routes about papers that let one person act for another, and about persons who may be the same."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.mandates import Introduced
from services.consular.api.request import Keyed, mission_session, once
from services.consular.applications.statements import attested_person
from services.consular.missions import today
from services.consular.people import mandate_notices, mandates, review_mandate
from services.consular.people.model import Mandate
from services.consular.workflow import duplicates
from shared.database import audit
from shared.web.service import allowed, body, current_actor, keys, transaction

blueprint = Blueprint("mandate_desk", __name__, url_prefix="/desk")


class Accepted(Keyed, Introduced):
    """With it comes what the register told this officer about the person the paper names."""


class Refused(Keyed):
    """Why a paper does not do."""

    reason = fields.String(load_default="")
    note = fields.String(load_default="", allow_none=True, validate=validate.Length(max=2000, error="too_long"))


def _serialise(session: Session, mandate: Mandate) -> dict[str, Any]:
    seen = mandates.serialise(mandate, current_actor(), today(session, mandate.mission))
    return {**seen, "principal_number": mandate.principal_number, "scan_type": mandate.scan_type}


@blueprint.get("/mandates")
@allowed("desk.mandates")
def list_waiting() -> list[dict[str, Any]]:
    """Papers to be checked, and the last ones decided."""
    with transaction() as session:
        return [_serialise(session, one) for one in review_mandate.list_deeds(session, current_actor())]


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
    asked, actor = body(Accepted), current_actor()
    principal = attested_person(keys(), asked["statement"], to=actor.id)

    def act(session: Session) -> dict[str, Any]:
        mission = mandates.find(session, reference).mission
        decided = review_mandate.accept(session, actor, reference, principal, today(session, mission))
        mandate_notices.notify_decided(session, decided)
        return _serialise(session, decided)

    return once(reference, asked["key"], {"verb": "accept_mandate"}, act)


@blueprint.post("/mandates/<reference>/refuse")
@allowed("desk.mandate_decide")
def refuse(reference: str) -> dict[str, Any]:
    """The paper does not do."""
    asked = body(Refused)

    def act(session: Session) -> dict[str, Any]:
        note = asked["note"] or ""
        decided = review_mandate.refuse(session, current_actor(), reference, asked["reason"], note)
        mandate_notices.notify_decided(session, decided)
        return _serialise(session, decided)

    return once(reference, asked["key"], {"verb": "refuse_mandate", "reason": asked["reason"]}, act)


class Judged(Refused):
    """Whether two files are one person's, and why the officer is sure."""

    other = fields.String(required=True, validate=validate.Length(1, 40, error="too_long"))
    verdict = fields.String(load_default="")


@blueprint.post("/cases/<reference>/duplicate")
@allowed("desk.duplicate")
def judge(reference: str) -> dict[str, Any]:
    """Clears or confirms a mark."""
    asked = body(Judged)

    def act(session: Session) -> dict[str, Any]:
        said = (asked["verdict"], asked["reason"], asked["note"] or "")
        judged = duplicates.judge(session, current_actor(), reference, asked["other"], *said)
        return {"reference": judged.reference, "status": judged.status}

    content = {"verb": "judge", "other": asked["other"], "verdict": asked["verdict"], "reason": asked["reason"]}
    return once(reference, asked["key"], content, act)
