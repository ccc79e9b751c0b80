"""A document is a record issued at once, with a number and a code; its PDF is drawn on first demand."""

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from shared.database import audit, db
from shared.database.rows import find_row, next_number
from shared.documents import issuer, verified_facts
from shared.documents.model import KINDS, Document, DocumentNumber
from shared.identity.actor import Actor
from shared.values import references
from shared.values.dates import local_date

# What a look-up by code tells beside the status.
VERIFIED = ("kind", "number", "issued_on", "expires_on", "holder", "holder_en", "specimen", "authority", "facts")


def issue(
    session: Session,
    actor: Actor,
    kind: str,
    about: str,
    mission: str,
    person: uuid.UUID | str | None,
    data: Mapping[str, Any],
    expires_on: date | None,
    number: str | None = None,
) -> Document:
    """Adds the record, with a number of its own unless one is given; nothing is drawn yet.

    `data` has the keys that the documents package of the issuing service lists for this kind. Raises Refusal
    (authority_missing) for an official document outside demo mode without an authority's certificate.
    """
    if KINDS[kind].official:
        issuer.check_official()
    at = db.now(session)
    document = Document(
        code=references.new(mission, references.CODE_LENGTH, KINDS[kind].mark),
        number=number or _next_number(session, kind, mission, local_date(at, data["zone"]).year),
        kind=kind,
        mission=mission,
        about=about,
        person=uuid.UUID(str(person)) if person else None,
        data={**data, "print": _printing()},
        issued_at=at,
        expires_on=expires_on,
        status="valid",
    )
    session.add(document)
    session.flush()
    audit.record(session, actor, "document.issue", document.code, kind=kind, application=about)
    return document


def _printing() -> dict[str, Any]:
    """What the deployment adds to the snapshot, so that a reprint under other settings is still the same paper."""
    return asdict(issuer.current())


def _next_number(session: Session, kind: str, mission: str, year: int) -> str:
    number = next_number(session, DocumentNumber, mission=mission, kind=kind, year=year)
    return f"{mission}-{KINDS[kind].letters}-{year}-{number:06d}"


def find(session: Session, code: str) -> Document:
    """The paper of that code in the session's mission. Raises NotFound."""
    return find_row(session, Document, references.clean(code), "document_unknown")


def revoke(session: Session, actor: Actor, code: str, reason: str) -> None:
    """Marks the paper as no longer valid; it stays on record and says so to whoever verifies it."""
    document = find(session, code)
    document.status = "revoked"
    audit.record(session, actor, "document.revoke", document.code, reason=reason)


def verify(session: Session, code: str) -> dict[str, Any]:
    """What anybody who holds the paper may check, and no more than it says itself; one shape for every status."""
    document = session.get(Document, references.clean(code))
    if document is None:
        return {"status": "unknown", **dict.fromkeys(VERIFIED)}
    return {
        "status": _status(document, local_date(db.now(session), document.data["zone"])),
        "kind": document.kind,
        "number": verified_facts.printed_number(document),
        "issued_on": document.issued_on.isoformat(),
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "holder": document.data["holder"]["ar"],
        "holder_en": document.data["holder"]["en"],
        "specimen": document.data["print"]["specimen"],
        "authority": document.data["print"].get("authority"),
        "facts": verified_facts.facts(document),
    }


def _status(document: Document, today: date) -> str:
    if document.status == "valid" and document.expires_on is not None and document.expires_on < today:
        return "expired"
    return document.status
