"""Papers handed out: fetched from the service that issued them, by the letter in their code."""

from flask import Blueprint, Response, make_response

from services.gateway.current import consular, issuer_of, visitor
from shared.errors import NotFound
from shared.references import clean

blueprint = Blueprint("documents", __name__)


@blueprint.get("/receipts/<number>.pdf")
def receipt(number: str) -> Response:
    """A receipt of one's own."""
    return _pdf(consular().receipt(visitor().actor, number), f"receipt-{number}")


@blueprint.get("/documents/<code>.pdf")
def document(code: str) -> Response:
    """A document of one's own. Raises NotFound for a code no service can have made."""
    reference = clean(code)
    issuer = issuer_of(reference)
    if issuer is None:
        raise NotFound()
    return _pdf(issuer.document(visitor().actor, reference), f"mahjar-{reference}")


def _pdf(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.headers["Content-Type"] = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=f"{name}.pdf")
    return answer
