"""A document is a record issued at once, with a number and a code; its PDF is drawn on first demand."""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import TextClause, select
from sqlalchemy.orm import Session

from shared.database import audit, db, pending
from shared.database.rows import find_row, next_number
from shared.documents import issuer, verified_facts
from shared.documents.model import KINDS, Document, DocumentNumber
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.values import references
from shared.values.dates import local_date

# What a look-up by code tells beside the status.
VERIFIED = ("kind", "number", "issued_on", "expires_on", "holder", "holder_en", "specimen", "authority", "facts")

DIGITS = 6
# To be put before an INSERT of the number: both are one statement.
NUMBERED = f"""
    WITH counter AS (
        INSERT INTO document_number (mission, kind, year, last) VALUES (:mission, :kind, :year, 1)
        ON CONFLICT (mission, kind, year) DO UPDATE SET last = document_number.last + 1
        RETURNING CAST(last AS text) AS count
    ), issued AS (
        INSERT INTO document (code, number, kind, mission, about, person, data, issued_at, status)
        SELECT :code, :prefix || lpad(count, greatest({DIGITS}, length(count)), '0'), :kind, :mission, :about,
            CAST(:person AS uuid), CAST(:data AS jsonb), CAST(:issued_at AS timestamptz), :status
        FROM counter
        RETURNING code, number
    )
"""  # noqa: S608


@dataclass(frozen=True)
class NumberedInsert:
    """A statement that begins with NUMBERED and returns the number, its further values, and who is given the number."""

    statement: TextClause
    values: Mapping[str, object]
    keep: Callable[[str], object]


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
    document = _new(session, kind, about, mission, person, data, expires_on)
    document.number = number or _next_number(session, document)
    session.add(document)
    session.flush()
    audit.record(session, actor, "document.issue", document.code, kind=kind, application=about)
    return document


def issue_last(
    session: Session,
    actor: Actor,
    kind: str,
    about: str,
    mission: str,
    person: str,
    data: Mapping[str, Any],
    also: NumberedInsert,
) -> None:
    """As `issue`, by the last statement of the transaction: whoever issues the same kind waits for that and the commit.

    `also` says what the statement writes beside the document, under the same number.
    """
    document = _new(session, kind, about, mission, person, data, None)
    audit.record(session, actor, "document.issue", document.code, kind=kind, application=about)
    row = {
        **{name: getattr(document, name) for name in ("code", "kind", "mission", "about", "person", "status")},
        "data": pending.as_json(document.data),
        "issued_at": document.issued_at,
        **_number_parts(document),
        **also.values,
    }
    pending.run_last(session, lambda last: also.keep(str(last.scalar(also.statement, row))))


def _new(
    session: Session,
    kind: str,
    about: str,
    mission: str,
    person: uuid.UUID | str | None,
    data: Mapping[str, Any],
    expires_on: date | None,
) -> Document:
    if KINDS[kind].official:
        issuer.check_official()
    return Document(
        code=references.new(mission, references.CODE_LENGTH, KINDS[kind].mark),
        kind=kind,
        mission=mission,
        about=about,
        person=uuid.UUID(str(person)) if person else None,
        data={**data, "print": _printing()},
        issued_at=db.now(session),
        expires_on=expires_on,
        status="valid",
    )


def _printing() -> dict[str, Any]:
    """What the deployment adds to the snapshot, so that a reprint under other settings is still the same paper."""
    return asdict(issuer.current())


def _next_number(session: Session, document: Document) -> str:
    parts = _number_parts(document)
    count = next_number(session, DocumentNumber, mission=document.mission, kind=document.kind, year=parts["year"])
    return f"{parts['prefix']}{count:0{DIGITS}d}"


def _number_parts(document: Document) -> dict[str, Any]:
    """The year of a document's counter, and what its number begins with."""
    year = local_date(document.issued_at, document.data["zone"]).year
    return {"year": year, "prefix": f"{document.mission}-{KINDS[document.kind].letters}-{year}-"}


def find(session: Session, code: str) -> Document:
    """The paper of that code in the session's mission. Raises NotFound, in the same words as for another person's."""
    return find_row(session, Document, references.clean(code))


def application_numbered(session: Session, number: str) -> str:
    """The application for which the mission's document with this printed number was issued. Raises NotFound."""
    application = session.scalar(select(Document.about).where(Document.number == number))
    if application is None:
        raise NotFound("not_found")
    return application


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
