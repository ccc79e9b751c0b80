"""The rows of an inquiry's files, and when they end. Bytes are the caller's matter, as with checks of identity."""

from collections.abc import Sequence

from sqlalchemy import and_, delete, exists, func, or_, select
from sqlalchemy.orm import Session

from services.consular.inquiries import rules
from services.consular.inquiries.ask import find_of_person
from services.consular.inquiries.model import Inquiry, InquiryEntry, InquiryFile
from shared.database import audit, db
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor


def check_room(session: Session, actor: Actor, reference: str) -> str:
    """The mission of an unconfirmed inquiry that may have another file. Raises NotFound, Conflict."""
    inquiry = find_of_person(session, actor, reference)
    if inquiry.state != rules.UNCONFIRMED:
        raise Conflict("inquiry_sent")
    count = session.scalar(select(func.count()).where(InquiryFile.inquiry == reference)) or 0
    if count >= rules.MOST_FILES:
        raise Conflict("too_many_papers", limit=rules.MOST_FILES)
    return inquiry.mission


def add(
    session: Session, actor: Actor, reference: str, filename: str, type: str, size: int, sha256: str
) -> InquiryFile:
    """A row for a file that lies in the store. Raises as `check_room`."""
    mission = check_room(session, actor, reference)
    last = session.scalar(select(func.max(InquiryFile.number)).where(InquiryFile.inquiry == reference)) or 0
    if last >= rules.MOST_FILES:
        raise Conflict("too_many_papers", limit=rules.MOST_FILES)
    file = InquiryFile(
        inquiry=reference,
        number=last + 1,
        mission=mission,
        filename=filename,
        type=type,
        size=size,
        sha256=sha256,
        added_at=db.now(session),
    )
    session.add(file)
    session.flush()
    audit.record(session, actor, "inquiry.file_added", reference)
    return file


def find(session: Session, inquiry: str, number: int) -> InquiryFile:
    """One file. Raises NotFound."""
    file = session.get(InquiryFile, (inquiry, number))
    if file is None:
        raise NotFound()
    return file


def list_of(session: Session, inquiry: str) -> Sequence[InquiryFile]:
    """The files of an inquiry in the order in which they came."""
    query = select(InquiryFile).where(InquiryFile.inquiry == inquiry).order_by(InquiryFile.number)
    return session.scalars(query).all()


def end_due(session: Session, actor: Actor) -> list[str]:
    """Deletes inquiries that were never confirmed, and files of those answered long ago. Gives the store's names.

    The caller releases the blobs in the same commit.
    """
    now = db.now(session)
    never_sent = Inquiry.state == rules.UNCONFIRMED, Inquiry.made_at < now - rules.UNCONFIRMED_KEPT
    ended = Inquiry.state.in_(rules.ANSWERED), Inquiry.answered_at < now - rules.FILES_KEPT
    due = select(Inquiry.reference).where(or_(and_(*never_sent), and_(*ended)))
    files = session.scalars(select(InquiryFile).where(InquiryFile.inquiry.in_(due))).all()
    owners = [file.owner for file in files]
    for file in files:
        session.delete(file)
    session.flush()
    has_entries = exists().where(InquiryEntry.inquiry == Inquiry.reference)
    deleted = session.scalars(delete(Inquiry).where(*never_sent, ~has_entries).returning(Inquiry.reference)).all()
    for reference in deleted:
        audit.record(session, actor, "inquiry.discarded", reference)
    return owners
