"""Stores uploads: checked before they are stored, named by us, their content deleted on removal."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.uploads import rules
from services.consular.uploads.model import Upload
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values import references

# First sign of an upload's identifier, which starts with the mission: it can be found without the application.
MARK = "U"


def store_upload(
    session: Session, actor: Actor, application: str, mission: str, name: str, filename: str, kind: str, data: bytes
) -> Upload:
    """Stores an upload. Raises Invalid with the checklist item as field when the bytes are not of the declared type,
    Conflict (too_many_papers)."""
    if fault := rules.fault(kind, data):
        raise Invalid(fault, field=name, limit=rules.LIMIT_BYTES)
    count = sum(upload.name == name for upload in list_uploads(session, application))
    if count >= rules.LIMIT_FILES:
        raise Conflict("too_many_papers", limit=rules.LIMIT_FILES)
    upload = Upload(
        id=references.new(mission, references.CODE_LENGTH, MARK),
        application=application,
        mission=mission,
        name=name,
        filename=rules.safe_name(filename, rules.KINDS[kind]),
        type=kind,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        content=data,
        added_by=actor.id,
        added_at=db.now(session),
    )
    session.add(upload)
    session.flush()
    audit.record(session, actor, "paper.uploaded", application, paper=upload.id, name=name, sha256=upload.sha256)
    return upload


def remove(session: Session, actor: Actor, application: str, upload: str) -> None:
    """Deletes the bytes of an upload. Raises NotFound when it is not (or no longer) part of this application."""
    present = Upload.id == upload, Upload.application == application, Upload.removed_at.is_(None)
    if change_row(session, Upload, *present, content=None, removed_at=func.now()) is None:
        raise NotFound()
    audit.record(session, actor, "paper.removed", application, paper=upload)


def find(session: Session, upload: str) -> Upload:
    """An upload that is not removed. Raises NotFound."""
    row = session.scalar(select(Upload).where(Upload.id == upload, Upload.removed_at.is_(None)))
    if row is None:
        raise NotFound()
    return row


def content(session: Session, actor: Actor, upload: Upload) -> bytes:
    """The bytes of an upload; the read is recorded. Raises NotFound."""
    audit.record(session, actor, "paper.read", upload.application, paper=upload.id)
    data = session.scalar(select(Upload.content).where(Upload.id == upload.id))
    if data is None:
        raise NotFound()
    return data


def list_uploads(session: Session, application: str) -> Sequence[Upload]:
    """The uploads of an application, oldest first."""
    query = select(Upload).where(Upload.application == application, Upload.removed_at.is_(None))
    return session.scalars(query.order_by(Upload.added_at, Upload.id)).all()


def download_name(upload: Upload) -> str:
    """Our own name for the saved file: no text from outside reaches a header."""
    return f"{upload.application}-{upload.name}.{rules.KINDS[upload.type].ending}"
