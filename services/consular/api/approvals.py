"""Proposals over HTTP: preview, propose, list, sign or decline."""

from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.request import Keyed, run_once_here
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.workflow import bulk_action
from shared.database import audit
from shared.errors import NotFound
from shared.values.references import is_valid
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("proposals", __name__, url_prefix="/desk/proposals")


class Terms(Schema):
    """The kind and terms of a proposal; each kind checks its own terms."""

    kind = fields.String(required=True, validate=validate.Length(1, 40, error="unknown_choice"))
    params = fields.Dict(keys=fields.String(), required=True, validate=validate.Length(max=20, error="too_long"))


class ProposalRequest(Keyed, Terms):
    """Terms to be stored as a proposal."""


class Verdict(Keyed):
    """The decision on a proposal; a decline has a reason in plain words."""

    verdict = fields.String(required=True, validate=validate.OneOf(("approve", "decline"), error="unknown_choice"))
    reason = fields.String(load_default="")


@blueprint.get("")
@allowed("proposal.read")
def list_proposals() -> Response:
    """The mission's proposals, the waiting ones first."""
    with transaction() as session:
        return jsonify(
            [bulk_action.serialise(session, proposal) for proposal in sign.list_proposals(session, current_actor())]
        )


@blueprint.post("/preview")
@allowed("proposal.make")
def preview() -> dict[str, Any]:
    """The figures the terms would affect; nothing is written but the event of the preview."""
    request_body = body(Terms)
    with transaction() as session:
        audit.record(
            session, current_actor(), "proposal.previewed", current_actor().mission or "", request_body["kind"][:40]
        )
        return bulk_action.preview(session, current_actor(), request_body["kind"], request_body["params"])


@blueprint.post("")
@allowed("proposal.make")
def make() -> tuple[dict[str, Any], int]:
    """Stores a proposal for a second person, once for each key."""
    request_body, actor = body(ProposalRequest), current_actor()

    def act(session: Session) -> dict[str, Any]:
        proposal = bulk_action.propose(session, actor, request_body["kind"], request_body["params"])
        session.refresh(proposal)
        return bulk_action.serialise(session, proposal)

    content = {"verb": "propose", "kind": request_body["kind"], "params": request_body["params"]}
    return run_once_here(request_body["key"], content, act), 201


@blueprint.get("/<reference>")
@allowed("proposal.read")
def detail(reference: str) -> dict[str, Any]:
    """One proposal, with the present figures while it waits."""
    with transaction() as session:
        proposal = sign.find(session, current_actor(), _view(reference))
        audit.record(session, current_actor(), "proposal.read", reference)
        return bulk_action.serialise(session, proposal)


@blueprint.post("/<reference>")
@allowed("proposal.decide")
def decide(reference: str) -> dict[str, Any]:
    """Applies the second person's decision, once for each key."""
    request_body = body(Verdict)

    def act(session: Session) -> dict[str, Any]:
        return sign.serialise(_decide(session, reference, request_body["verdict"], request_body["reason"]))

    content = {"verb": request_body["verdict"], "about": _view(reference), "reason": request_body["reason"]}
    return run_once_here(request_body["key"], content, act)


@blueprint.post("/<reference>/undo")
@allowed("proposal.decide")
def undo(reference: str) -> dict[str, Any]:
    """Takes a signed proposal back while nobody has been told, once for each key."""
    request_body, actor = body(Keyed), current_actor()

    def act(session: Session) -> dict[str, Any]:
        return bulk_action.serialise(session, bulk_action.undo(session, actor, _view(reference)))

    return run_once_here(request_body["key"], {"verb": "undo", "about": _view(reference)}, act)


def _decide(session: Session, reference: str, verdict: str, reason: str) -> Proposal:
    if verdict == "approve":
        return bulk_action.approve(session, current_actor(), reference)
    return sign.decline(session, current_actor(), reference, reason)


def _view(reference: str) -> str:
    if not is_valid(reference):
        raise NotFound()
    return reference
