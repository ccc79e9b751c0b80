"""Proofs that an application is pending, over HTTP, for its holder alone."""

from typing import Any

from flask import Blueprint

from services.consular.api.request import mission_session
from services.consular.workflow.promises import pending_proof
from shared.documents.model import Document
from shared.web.service import allowed, current_actor

blueprint = Blueprint("pending_proofs", __name__)


@blueprint.get("/applications/<reference>/pending-proof")
@allowed("pending_proof.make")
def current(reference: str) -> dict[str, Any]:
    """The one that is valid now, if any."""
    with mission_session(reference) as session:
        return _serialise(pending_proof.current(session, current_actor(), reference))


@blueprint.post("/applications/<reference>/pending-proof")
@allowed("pending_proof.make")
def make(reference: str) -> tuple[dict[str, Any], int]:
    """Makes one; a repeated request gets the same."""
    with mission_session(reference) as session:
        return _serialise(pending_proof.make(session, current_actor(), reference)), 201


@blueprint.post("/applications/<reference>/pending-proof/revoke")
@allowed("pending_proof.make")
def revoke(reference: str) -> dict[str, Any]:
    """Ends it."""
    with mission_session(reference) as session:
        pending_proof.revoke(session, current_actor(), reference)
    return _serialise(None)


def _serialise(document: Document | None) -> dict[str, Any]:
    if document is None:
        return {"code": None, "expires_on": None}
    return {"code": document.code, "expires_on": document.expires_on.isoformat() if document.expires_on else None}
