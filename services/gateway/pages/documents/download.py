"""Downloads of receipts and documents, fetched from the service that issued them."""

from flask import Blueprint, Response, make_response, request

from services.gateway.web.content.issuers import issuer_of
from services.gateway.web.current import acting_at, consular
from shared.errors import NotFound
from shared.values.references import clean, mission_of

blueprint = Blueprint("documents", __name__)


@blueprint.get("/receipts/<number>.pdf")
def receipt(number: str) -> Response:
    """A receipt of one's own."""
    return _pdf(consular().documents.receipt(acting_at(mission_of(number)), number), f"receipt-{number}")


@blueprint.get("/documents/<code>.pdf")
def document(code: str) -> Response:
    """A document of one's own, or of the application one acts on. Raises NotFound for a code nobody can have made."""
    reference = clean(code)
    issuer = issuer_of(reference)
    if issuer is None:
        raise NotFound()
    actor = acting_at(mission_of(reference))
    application = request.args.get("application")
    leave = consular().documents.passes(actor, application).get(issuer.service) if application else None
    return _pdf(issuer.documents.document(actor, reference, leave), f"mahjar-{reference}")


def _pdf(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return answer
