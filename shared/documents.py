"""A paper is a record issued at once, with a number and a code; its PDF is drawn on first demand and stays the same."""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, DateTime, LargeBinary, Text, UniqueConstraint, Uuid, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, declared_attr, mapped_column

from shared import audit, db, issuer, paper, pdf, references
from shared.clock import local_date
from shared.errors import Conflict, NotFound
from shared.identity import Actor


@dataclass(frozen=True)
class Kind:
    """A sort of paper: which service issues it, the mark in its codes, the letters in its numbers.

    An official one speaks for an authority; outside demo mode it is issued in the name of a proved authority only.
    """

    service: str
    mark: str
    letters: str
    official: bool = True


KINDS = {
    "individual-extract": Kind("civil_registry", "R", "IE"),
    "family-extract": Kind("civil_registry", "R", "FE"),
    "birth-statement": Kind("civil_registry", "R", "BS"),
    "death-statement": Kind("civil_registry", "R", "DS"),
    "marriage-statement": Kind("civil_registry", "R", "MR"),
    "divorce-statement": Kind("civil_registry", "R", "DV"),
    "cash-allowance-discharge": Kind("conscription", "M", "CA"),
    "missed-service-clearance": Kind("conscription", "M", "MS"),
    "reserve-allowance-exemption": Kind("conscription", "M", "RA"),
    "residence-deferral": Kind("conscription", "M", "RD"),
    "receipt": Kind("consular", "C", "RC", official=False),
    "turn-slip": Kind("consular", "C", "TS", official=False),
    "passport-slip": Kind("consular", "C", "PS", official=False),
    # Letters bring a number of their own, by authority.
    "ministry-letter": Kind("consular", "C", "ML"),
    "ministry-reminder": Kind("consular", "C", "MM"),
    "criminal-record": Kind("consular", "C", "CR"),
    "movement-statement": Kind("consular", "C", "MV"),
    "driving-licence-check": Kind("consular", "C", "DL"),
    "visit-approval": Kind("consular", "C", "VA"),
    "passport-page": Kind("consular", "C", "PP"),
}


# What a look-up by code tells beside the status.
VERIFIED = ("kind", "number", "issued_on", "expires_on", "holder", "holder_en", "specimen", "authority")


class _Base(DeclarativeBase):
    metadata = db.metadata()


class DocumentRow:
    """Columns of an issued paper; `data` is the snapshot it is drawn from, and drawing needs nothing else."""

    __tablename__ = "document"

    @declared_attr.directive
    def __table_args__(cls) -> tuple[UniqueConstraint | CheckConstraint, ...]:
        return (
            UniqueConstraint("mission", "number"),
            CheckConstraint("status IN ('valid', 'revoked')", name="status"),
            CheckConstraint("(pdf IS NULL) = (sha256 IS NULL)", name="drawn"),
        )

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    mission: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text, index=True)
    person: Mapped[uuid.UUID | None] = mapped_column(Uuid, index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    expires_on: Mapped[date | None] = mapped_column(Date)
    status: Mapped[str] = mapped_column(Text, server_default="valid")
    pdf: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    sha256: Mapped[str | None] = mapped_column(Text)

    @property
    def issued_on(self) -> date:
        """The day of issue at the mission."""
        return local_date(self.issued_at, self.data["zone"])


class Document(DocumentRow, _Base):
    """An issued paper of the service whose schema the session works in."""


class DocumentNumber(_Base):
    """The last number given, per mission, kind and year; counting in a row leaves no gaps when issues roll back."""

    __tablename__ = "document_number"

    mission: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


def create_table() -> None:
    """For a service's migration: papers and their numbers, walled by mission; what is issued cannot be reworded."""
    from alembic import op

    from shared.migration import grant, scope_by_mission

    _Base.metadata.create_all(op.get_bind())
    scope_by_mission("document")
    scope_by_mission("document_number")
    grant("document", "SELECT, INSERT, UPDATE (status, pdf, sha256)")
    grant("document_number", "SELECT, INSERT, UPDATE")


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
    first = insert(DocumentNumber).values(mission=mission, kind=kind, year=year, last=1)
    counted = first.on_conflict_do_update(
        index_elements=["mission", "kind", "year"], set_={"last": DocumentNumber.last + 1}
    ).returning(DocumentNumber.last)
    return f"{mission}-{KINDS[kind].letters}-{year}-{session.scalar(counted):06d}"


def find(session: Session, code: str) -> Document:
    """The paper of that code in the session's mission. Raises NotFound."""
    document = session.get(Document, references.clean(code))
    if document is None:
        raise NotFound("document_unknown")
    return document


def draw(session: Session, code: str) -> bytes:
    """The PDF, drawn and stored the first time; afterwards byte for byte the same. The caller records who read it.

    Of two processes drawing at once the first to store wins, and both hand out what it stored. Raises NotFound,
    Conflict for a revoked paper, Unavailable when PDFs cannot be drawn here.
    """
    document = find(session, code)
    if document.status == "revoked":
        raise Conflict("document_revoked")
    content = select(Document.pdf).where(Document.code == document.code)
    if (stored := session.scalar(content)) is not None:
        return stored
    drawn = pdf.render(paper.html(document, KINDS[document.kind].service), document.code.encode())
    session.execute(
        update(Document)
        .where(Document.code == document.code, Document.pdf.is_(None))
        .values(pdf=drawn, sha256=hashlib.sha256(drawn).hexdigest())
        .execution_options(synchronize_session=False)
    )
    return session.execute(content).scalar_one() or drawn


def revoke(session: Session, actor: Actor, code: str, reason: str) -> None:
    """Marks the paper as no longer valid; it stays on record and says so to whoever verifies it."""
    document = find(session, code)
    document.status = "revoked"
    audit.record(session, actor, "document.revoke", document.code, reason=reason)


def verify(session: Session, code: str) -> dict[str, Any]:
    """What anybody who holds the paper may check, and no more than it says itself; one shape for every status."""
    document = session.get(Document, references.clean(code))
    if document is None:
        nothing = dict.fromkeys(
            ("kind", "number", "issued_on", "expires_on", "holder", "holder_en", "specimen", "authority")
        )
        return {"status": "unknown", **nothing}
    return {
        "status": _status(document, local_date(db.now(session), document.data["zone"])),
        "kind": document.kind,
        "number": document.number,
        "issued_on": document.issued_on.isoformat(),
        "expires_on": document.expires_on.isoformat() if document.expires_on else None,
        "holder": document.data["holder"]["ar"],
        "holder_en": document.data["holder"]["en"],
        "specimen": document.data["print"]["specimen"],
        "authority": document.data["print"].get("authority"),
    }


def _status(document: Document, today: date) -> str:
    if document.status == "valid" and document.expires_on is not None and document.expires_on < today:
        return "expired"
    return document.status
