"""How a service's papers are asked for: the record, the PDF, and the check that anybody may make."""

from flask import Blueprint, Response, request

from shared import documents
from shared.database import audit
from shared.documents.model import Document
from shared.documents.render import render_document
from shared.errors import NotFound
from shared.identity.access import check_access
from shared.identity.representation import HEADER, may_read
from shared.values.references import clean, is_valid, mission_of
from shared.web.service import allowed, current_actor, database, keys, transaction

blueprint = Blueprint("documents", __name__)


def _readable(row: Document) -> Document:
    """Raises NotFound, as for an unknown code, unless the actor may read this very paper: it is theirs, or they act
    on the application it came from and consular has just said that they still may."""
    if may_read(keys(), request.headers.get(HEADER), current_actor(), row.about):
        return row
    owner = str(row.person) if row.person else None
    check_access(current_actor(), "document.read", owner=owner, mission=row.mission)
    return row


@blueprint.get("/documents/<code>")
@allowed("document.read")
def document(code: str) -> dict[str, object]:
    """What is known of a paper without drawing it."""
    with transaction() as session:
        row = _readable(documents.find(session, code))
        expires_on = row.expires_on.isoformat() if row.expires_on else None
        return {
            "code": row.code,
            "kind": row.kind,
            "number": row.number,
            "issued_on": row.issued_on.isoformat(),
            "expires_on": expires_on,
            "status": row.status,
        }


@blueprint.get("/documents/<code>.pdf")
@allowed("document.read")
def document_pdf(code: str) -> Response:
    """The PDF; the same bytes every time. Who fetched it is recorded."""
    with transaction() as session:
        row = _readable(documents.find(session, code))
        content = render_document(session, row.code)
        audit.record(session, current_actor(), "document.read", row.code)
    return Response(content, mimetype="application/pdf")


@blueprint.get("/document-numbers/<number>")
@allowed("desk.queue")
def numbered(number: str) -> dict[str, str]:
    """The application of a document, for a desk that searches by the number printed on it."""
    with transaction() as session:
        return {"application": documents.application_numbered(session, number)}


@blueprint.get("/verify/<code>")
@allowed("document.verify")
def verify(code: str) -> dict[str, object]:
    """Whether a paper is valid, to whoever holds its code; the code itself says which mission to look in."""
    reference = clean(code)
    if not is_valid(reference):
        raise NotFound("code_mistyped")
    with database().scope(mission_of(reference)) as session:
        return documents.verify(session, reference)
