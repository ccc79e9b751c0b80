"""The rows of uploads: what is handed in for which item, and where its files are. Bytes are the intake's matter."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.consular.uploads import blobs, corrections, rules
from services.consular.uploads.blobs import SERVED
from services.consular.uploads.intake import TakenFile
from services.consular.uploads.model import BlobUse, Upload
from shared.database import audit, db
from shared.database.rows import change_row
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor
from shared.values import references

# First sign of an upload's identifier, which starts with the mission: it can be found without the application.
MARK = "U"
_GOOD_NAMES = select(Upload.name).where(
    Upload.application == bindparam("application"), Upload.removed_at.is_(None), Upload.fault.is_(None)
)


def check_count(session: Session, application: str, name: str, replaced: Collection[str] = ()) -> None:
    """Raises Conflict (too_many_papers) when an item has as many files as it may have, those replaced not counted."""
    given = [upload for upload in list_uploads(session, application) if upload.name == name]
    count = sum(upload.id not in replaced for upload in given)
    if count >= rules.LIMIT_FILES:
        raise Conflict("too_many_papers", limit=rules.LIMIT_FILES)


def store_upload(
    session: Session, actor: Actor, application: str, mission: str, name: str, filename: str, file: TakenFile
) -> Upload:
    """Adds a file that the intake has put into the store. Raises Conflict (too_many_papers)."""
    check_count(session, application, name)
    upload = Upload(
        id=references.new(mission, references.CODE_LENGTH, MARK),
        application=application,
        mission=mission,
        name=name,
        filename=rules.safe_name(filename, file.type),
        type=file.type,
        size=file.size,
        sha256=file.sha256,
        added_by=actor.id,
        added_at=db.now(session),
        state=file.state,
        fault=None,
        pages=file.pages,
        thumbnails=file.thumbnails,
    )
    session.add(upload)
    session.flush()
    blobs.use(session, mission, upload.id, file.files)
    audit.record(session, actor, "paper.uploaded", application, paper=upload.id, name=name, sha256=upload.sha256)
    return upload


def remove(session: Session, actor: Actor, application: str, upload: str) -> None:
    """Takes an upload out of its application: nobody reads it any more, and its bytes are deleted after a day.

    Raises NotFound when it is not (or no longer) part of this application.
    """
    present = Upload.id == upload, Upload.application == application, Upload.removed_at.is_(None)
    if change_row(session, Upload, *present, content=None, removed_at=func.now()) is None:
        raise NotFound()
    audit.record(session, actor, "paper.removed", application, paper=upload)


def replace(session: Session, actor: Actor, application: str, name: str, replaced: Collection[str]) -> None:
    """Takes out those files of an item in whose place another one stands now."""
    for upload in list_uploads(session, application):
        if upload.name == name and upload.id in replaced:
            remove(session, actor, application, upload.id)


def find(session: Session, upload: str) -> Upload:
    """An upload that is not removed, or that an officer compares with its successor. Raises NotFound."""
    is_shown = Upload.removed_at.is_(None) | corrections.keeps(Upload)
    row = session.scalar(select(Upload).where(Upload.id == upload, is_shown))
    if row is None:
        raise NotFound()
    return row


def served_file(session: Session, actor: Actor, upload: Upload, role: str = SERVED, page: int = 1) -> BlobUse | None:
    """The file to serve; the read is recorded. None while the bytes of an earlier version are not moved yet.

    Raises NotFound for a page that is not there, Conflict for an upload that nobody may read (yet).
    """
    if upload.state != rules.READABLE:
        raise Conflict("paper_waiting" if upload.state == rules.WAITING else "paper_refused")
    file = blobs.find(session, upload.id, role, page)
    if file is None and blobs.find(session, upload.id, SERVED) is not None:
        raise NotFound()
    if role == SERVED:
        audit.record(session, actor, "paper.read", upload.application, paper=upload.id)
    return file


def list_uploads(session: Session, application: str) -> Sequence[Upload]:
    """The uploads of an application, oldest first."""
    query = select(Upload).where(Upload.application == application, Upload.removed_at.is_(None))
    return session.scalars(query.order_by(Upload.added_at, Upload.id)).all()


def by_name(uploads: Iterable[Upload]) -> dict[str, list[Upload]]:
    """Uploads by the item of the checklist for which they were handed in."""
    files: dict[str, list[Upload]] = {}
    for upload in uploads:
        files.setdefault(upload.name, []).append(upload)
    return files


def names_of_good_uploads(session: Session, application: str) -> set[str]:
    """The items of the checklist for which an application has a file that was not refused."""
    return set(session.scalars(_GOOD_NAMES, {"application": application}))


def download_name(upload: Upload, type: str) -> str:
    """Our own name for the saved file: no text from outside reaches a header."""
    return f"{upload.application}-{upload.name}.{rules.ENDINGS.get(type, 'bin')}"


def serialise(upload: Upload) -> dict[str, Any]:
    """An upload without its bytes."""
    return {
        "id": upload.id,
        "name": upload.name,
        "filename": upload.filename,
        "bytes": upload.size,
        "type": upload.type,
        "pages": upload.pages,
        "thumbnails": upload.thumbnails,
        "state": upload.state,
        "fault": upload.fault,
        "added_at": upload.added_at.isoformat(),
    }
