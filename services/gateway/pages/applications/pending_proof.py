"""A paper that says an application is pending and names no service: made, shown and revoked by its holder alone."""

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from services.gateway.web.current import consular, visitor
from services.gateway.web.forms import faults
from services.gateway.web.sent_forms.submission import submit
from shared.errors import Refusal

blueprint = Blueprint("pending_proof", __name__)


@blueprint.get("/applications/<reference>/pending-proof")
def show(reference: str) -> str:
    """What it says and does not say; the one that is valid, to download or revoke."""
    return _page(reference)


def _page(reference: str, refusal: Refusal | None = None) -> str:
    return render_template(
        "pages/applications/pending_proof.html",
        reference=reference,
        proof=consular().pending_proofs.current(visitor().actor, reference),
        errors=faults(refusal) if refusal else {},
    )


@blueprint.post("/applications/<reference>/pending-proof")
def make(reference: str) -> Response | tuple[str, int]:
    """Makes it."""
    return submit(
        lambda: consular().pending_proofs.make(visitor().actor, reference),
        lambda refusal: _page(reference, refusal),
        url_for("pending_proof.show", reference=reference),
    )


@blueprint.post("/applications/<reference>/pending-proof/revoke")
def revoke(reference: str) -> Response:
    """Revokes the proof at once."""
    consular().pending_proofs.revoke(visitor().actor, reference)
    return redirect(url_for("pending_proof.show", reference=reference), 303)
