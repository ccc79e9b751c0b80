"""Proposals over HTTP: what one would touch, making it, what waits for a second signature, signing or declining."""

from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import Keyed
from services.consular.applications import idempotency
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.workflow import bulk_action
from shared.database import audit
from shared.errors import NotFound
from shared.values.references import is_valid
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("proposals", __name__, url_prefix="/desk/proposals")


class Terms(Schema):
    """What is proposed; each kind reads its own terms."""

    kind = fields.String(required=True, validate=validate.Length(1, 40, error="unknown_choice"))
    params = fields.Dict(keys=fields.String(), required=True, validate=validate.Length(max=20, error="too_long"))


class Proposed(Keyed, Terms):
    """The same, to be written down."""


class Verdict(Keyed):
    """Signed or declined, the latter with a reason in plain words."""

    verdict = fields.String(required=True, validate=validate.OneOf(("approve", "decline"), error="unknown_choice"))
    reason = fields.String(load_default="")


@blueprint.get("")
@allowed("proposal.read")
def list_proposals() -> Response:
    """Those of the mission, what waits first."""
    with transaction() as session:
        return jsonify([bulk_action.serialise(session, one) for one in sign.list_proposals(session, current_actor())])


@blueprint.post("/preview")
@allowed("proposal.make")
def preview() -> dict[str, Any]:
    """What the terms would touch; nothing is written but that somebody looked."""
    asked = body(Terms)
    with transaction() as session:
        audit.record(session, current_actor(), "proposal.previewed", current_actor().mission or "", asked["kind"][:40])
        return bulk_action.preview(session, current_actor(), asked["kind"], asked["params"])


@blueprint.post("")
@allowed("proposal.make")
def make() -> tuple[dict[str, Any], int]:
    """Puts it before a second person, once for each key."""
    asked, actor = body(Proposed), current_actor()

    def act(session: Session) -> dict[str, Any]:
        made = bulk_action.propose(session, actor, asked["kind"], asked["params"])
        session.refresh(made)
        return bulk_action.serialise(session, made)

    content = {"verb": "propose", "kind": asked["kind"], "params": asked["params"]}
    with transaction() as session:
        answer = idempotency.run_once(session, actor, actor.mission or "", asked["key"], content, lambda: act(session))
        return answer, 201


@blueprint.get("/<reference>")
@allowed("proposal.read")
def detail(reference: str) -> dict[str, Any]:
    """One proposal, with the figures of this moment while it waits."""
    with transaction() as session:
        found = sign.find(session, current_actor(), _view(reference))
        audit.record(session, current_actor(), "proposal.read", reference)
        return bulk_action.serialise(session, found)


@blueprint.post("/<reference>")
@allowed("proposal.decide")
def decide(reference: str) -> dict[str, Any]:
    """The second person's word, once for each key."""
    asked, actor = body(Verdict), current_actor()

    def act(session: Session) -> dict[str, Any]:
        return sign.serialise(_decided(session, reference, asked["verdict"], asked["reason"]))

    content = {"verb": asked["verdict"], "about": _view(reference), "reason": asked["reason"]}
    with transaction() as session:
        return idempotency.run_once(session, actor, actor.mission or "", asked["key"], content, lambda: act(session))


def _decided(session: Session, reference: str, verdict: str, reason: str) -> Proposal:
    if verdict == "approve":
        return bulk_action.approve(session, current_actor(), reference)
    return sign.decline(session, current_actor(), reference, reason)


def _view(reference: str) -> str:
    if not is_valid(reference):
        raise NotFound()
    return reference
