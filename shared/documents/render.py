"""Draws a document once and keeps the bytes: a reprint is the same file."""

import hashlib

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.documents import drawing, find, typesetting
from shared.documents.model import KINDS, Document
from shared.errors import Conflict


def render_document(session: Session, code: str) -> bytes:
    """The PDF, drawn and stored the first time; afterwards byte for byte the same. The caller records who read it.

    Of two processes drawing at once the first to store wins, and both hand out what it stored. Raises NotFound,
    Conflict for a revoked paper, Unavailable when PDFs cannot be drawn here.
    """
    document = find(session, code)
    if document.status == "revoked":
        raise Conflict("document_revoked")
    query = select(Document.pdf).where(Document.code == document.code)
    if (stored_pdf := session.scalar(query)) is not None:
        return stored_pdf
    pdf = drawing.render(typesetting.html(document, KINDS[document.kind].service), document.code.encode())
    session.execute(
        update(Document)
        .where(Document.code == document.code, Document.pdf.is_(None))
        .values(pdf=pdf, sha256=hashlib.sha256(pdf).hexdigest())
        .execution_options(synchronize_session=False)
    )
    return session.execute(query).scalar_one() or pdf
