"""Keeps the files people hand in: checked before they are stored, named by us, removed without a trace of content."""

import hashlib
from collections.abc import Sequence

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services.consular.uploads import rules
from services.consular.uploads.model import Upload
from shared.database import audit, db
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.actor import Actor
from shared.values import references

# First sign of a paper's identifier, which starts with the mission so that it can be found without the application.
MARK = "U"


def store_upload(
    session: Session, actor: Actor, application: str, mission: str, name: str, filename: str, kind: str, data: bytes
) -> Upload:
    """Stores an upload. Raises Invalid with the field of the paper when the bytes are not what they say they are."""
    if fault := rules.fault(kind, data):
        raise Invalid(fault, field=name, limit=rules.LIMIT_BYTES)
    held = sum(paper.name == name for paper in of(session, application))
    if held >= rules.LIMIT_FILES:
        raise Conflict("too_many_papers", limit=rules.LIMIT_FILES)
    paper = Upload(
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
    session.add(paper)
    session.flush()
    audit.record(session, actor, "paper.uploaded", application, paper=paper.id, name=name, sha256=paper.sha256)
    return paper


def remove(session: Session, actor: Actor, application: str, paper: str) -> None:
    """Drops the bytes of a paper. Raises NotFound when it is not (or no longer) part of this application."""
    gone = session.execute(
        update(Upload)
        .where(Upload.id == paper, Upload.application == application, Upload.removed_at.is_(None))
        .values(content=None, removed_at=func.now())
        .returning(Upload.id)
    ).one_or_none()
    if gone is None:
        raise NotFound()
    audit.record(session, actor, "paper.removed", application, paper=paper)


def find(session: Session, paper: str) -> Upload:
    """One paper that is still there. Raises NotFound."""
    found = session.scalar(select(Upload).where(Upload.id == paper, Upload.removed_at.is_(None)))
    if found is None:
        raise NotFound()
    return found


def content(session: Session, actor: Actor, paper: Upload) -> bytes:
    """The bytes of a paper, the reading of which is recorded."""
    audit.record(session, actor, "paper.read", paper.application, paper=paper.id)
    data = session.scalar(select(Upload.content).where(Upload.id == paper.id))
    if data is None:
        raise NotFound()
    return data


def of(session: Session, application: str) -> Sequence[Upload]:
    """What is handed in for an application, oldest first."""
    held = select(Upload).where(Upload.application == application, Upload.removed_at.is_(None))
    return session.scalars(held.order_by(Upload.added_at, Upload.id)).all()


def download_name(paper: Upload) -> str:
    """A name of our own for the saved file: nothing a stranger typed reaches a header."""
    return f"{paper.application}-{paper.name}.{rules.KINDS[paper.type].ending}"
