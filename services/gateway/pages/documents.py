"""Papers handed out: fetched from the service that issued them, by the letter in their code."""

from flask import Blueprint, Response, make_response

from services.gateway.current import acting_at, consular, issuer_of
from shared.errors import NotFound
from shared.references import clean, mission_of

blueprint = Blueprint("documents", __name__)


@blueprint.get("/receipts/<number>.pdf")
def receipt(number: str) -> Response:
    """A receipt of one's own."""
    return _pdf(consular().receipt(acting_at(mission_of(number)), number), f"receipt-{number}")


@blueprint.get("/documents/<code>.pdf")
def document(code: str) -> Response:
    """A document of one's own. Raises NotFound for a code no service can have made."""
    reference = clean(code)
    issuer = issuer_of(reference)
    if issuer is None:
        raise NotFound()
    return _pdf(issuer.document(acting_at(mission_of(reference)), reference), f"mahjar-{reference}")


def _pdf(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return answer
