"""Which blobs of the store are whose. A row stands before its blob is put, and until after it was deleted.

So that the store and the rows agree after a crash: reserve (commit), put, use (commit). Deleting goes the other way:
mark (commit), delete, forget (commit). What is in the store without a use is deleted by `retention`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.uploads.model import BlobUse, StoredBlob
from shared.database import db
from shared.errors import Unavailable

ORIGINAL, SERVED, THUMBNAIL = "original", "served", "thumbnail"
# A request and a backup are over long before that; until then a blob without a use may be somebody's next upload.
UNUSED_KEPT = timedelta(days=1)
BATCH = 200


@dataclass(frozen=True)
class StoredFile:
    """A file in the store: a part of the blob at `address`. Width and height in pixels, 0 for a PDF."""

    role: str
    page: int
    type: str
    address: str
    start: int
    size: int
    width: int
    height: int


def reserve(session: Session, mission: str, sizes: Mapping[str, int]) -> None:
    """Notes blobs that are about to be put. Raises Unavailable while one of them is being deleted."""
    rows = [
        {"mission": mission, "address": address, "size": size, "reserved_at": db.now(session)}
        for address, size in sorted(sizes.items())
    ]
    noted = session.scalars(
        insert(StoredBlob)
        .values(rows)
        .on_conflict_do_update(
            index_elements=["mission", "address"],
            set_={"reserved_at": db.now(session)},
            where=~StoredBlob.deleting,
        )
        .returning(StoredBlob.address)
    ).all()
    if len(noted) < len(rows):
        raise Unavailable("storage_busy")


def use(session: Session, mission: str, owner: str, files: Iterable[StoredFile]) -> None:
    """Says that these files are an upload's or a mandate's."""
    session.add_all(
        BlobUse(
            owner=owner,
            role=file.role,
            page=file.page,
            mission=mission,
            address=file.address,
            type=file.type,
            start=file.start,
            size=file.size,
            width=file.width,
            height=file.height,
        )
        for file in files
    )
    session.flush()


def find(session: Session, owner: str, role: str, page: int = 1) -> BlobUse | None:
    """One file of an upload or mandate."""
    return session.get(BlobUse, (owner, role, page))


def release(session: Session, owners: Sequence[str], roles: Sequence[str] = (ORIGINAL, SERVED, THUMBNAIL)) -> None:
    """Ends the use of files; the store deletes their blobs when nobody else uses them."""
    if owners:
        session.execute(delete(BlobUse).where(BlobUse.owner.in_(owners), BlobUse.role.in_(roles)))


def addresses_of(session: Session, owners: Sequence[str]) -> list[str]:
    """The addresses of the blobs in which files of these owners lie."""
    return list(session.scalars(select(BlobUse.address).where(BlobUse.owner.in_(owners)).distinct()))


def mark_released(session: Session, addresses: Sequence[str]) -> list[str]:
    """Marks those of some blobs of the session's mission that nobody uses any more."""
    used = exists().where(BlobUse.mission == StoredBlob.mission, BlobUse.address == StoredBlob.address)
    marked = update(StoredBlob).where(StoredBlob.address.in_(addresses), ~used).values(deleting=True)
    statement = marked.returning(StoredBlob.address).execution_options(synchronize_session=False)
    return list(session.scalars(statement))


def mark_unused(session: Session) -> list[tuple[str, str]]:
    """Marks blobs of the session's mission that nobody uses; those marked earlier come along. Mission and address."""
    used = exists().where(BlobUse.mission == StoredBlob.mission, BlobUse.address == StoredBlob.address)
    before = db.now(session) - UNUSED_KEPT
    unused = (
        select(StoredBlob.address)
        .where(StoredBlob.reserved_at < before, ~StoredBlob.deleting, ~used)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    session.execute(
        update(StoredBlob)
        .where(StoredBlob.address.in_(unused))
        .values(deleting=True)
        .execution_options(synchronize_session=False)
    )
    marked = session.execute(select(StoredBlob.mission, StoredBlob.address).where(StoredBlob.deleting).limit(BATCH))
    return [(mission, address) for mission, address in marked]


def forget(session: Session, addresses: Sequence[str]) -> None:
    """Removes the rows of blobs that are deleted."""
    session.execute(delete(StoredBlob).where(StoredBlob.address.in_(addresses), StoredBlob.deleting))


def count_pages(session: Session, owner: str) -> int:
    """How many pages of a file have a thumbnail; at least the first can be drawn."""
    thumbnails = select(func.count()).where(BlobUse.owner == owner, BlobUse.role == THUMBNAIL)
    return max(session.scalar(thumbnails) or 0, 1)
