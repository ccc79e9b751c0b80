"""Papers handed out: fetched from the service that issued them, by the letter in their code."""

from flask import Blueprint, Response, make_response, request

from services.gateway.web.current import acting_at, consular, issuer_of
from shared.errors import NotFound
from shared.references import clean, mark_of, mission_of

# By the first letter of a code, who issued the paper.
ISSUERS = {"C": "consular", "R": "civil_registry", "M": "conscription"}
blueprint = Blueprint("documents", __name__)


@blueprint.get("/receipts/<number>.pdf")
def receipt(number: str) -> Response:
    """A receipt of one's own."""
    return _pdf(consular().documents.receipt(acting_at(mission_of(number)), number), f"receipt-{number}")


@blueprint.get("/documents/<code>.pdf")
def document(code: str) -> Response:
    """A document of one's own, or of the application one acts on. Raises NotFound for a code nobody can have made."""
    reference, service = clean(code), ISSUERS.get(mark_of(clean(code)), "")
    issuer = issuer_of(reference)
    if issuer is None:
        raise NotFound()
    about = request.args.get("application")
    leave = consular().documents.passes(acting_at(mission_of(reference)), about).get(service) if about else None
    return _pdf(issuer.document(acting_at(mission_of(reference)), reference, leave), f"mahjar-{reference}")


def _pdf(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return answer
