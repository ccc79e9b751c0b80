"""The files people upload: whose they are, of which kind, and in which blobs of the store their bytes lie."""

from datetime import datetime

from sqlalchemy import false
from sqlalchemy.orm import Mapped, mapped_column

from services.consular.model import Base


class Upload(Base):
    """One file uploaded for one named item of the checklist.

    `type` and `size` are those of the file that is served, `sha256` that of the file as it was sent. `content` holds
    bytes of earlier versions that were not moved to the store yet. A refused upload has a `fault` and is not served.
    """

    __tablename__ = "paper"

    id: Mapped[str] = mapped_column(primary_key=True)
    application: Mapped[str]
    mission: Mapped[str]
    name: Mapped[str]
    filename: Mapped[str]
    type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str]
    content: Mapped[bytes | None] = mapped_column(deferred=True)
    added_by: Mapped[str]
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    state: Mapped[str]
    fault: Mapped[str | None]
    pages: Mapped[int]
    thumbnails: Mapped[int]


class StoredBlob(Base):
    """A blob of the store. Its row is written before the blob is put, and outlives it."""

    __tablename__ = "stored_blob"

    mission: Mapped[str] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(primary_key=True)
    size: Mapped[int]
    reserved_at: Mapped[datetime]
    deleting: Mapped[bool] = mapped_column(server_default=false())


class BlobUse(Base):
    """A file of an upload or of a mandate: a part of a blob. `role` is original, served or thumbnail."""

    __tablename__ = "blob_use"

    owner: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    page: Mapped[int] = mapped_column(primary_key=True)
    mission: Mapped[str]
    address: Mapped[str]
    type: Mapped[str]
    start: Mapped[int]
    size: Mapped[int]
    width: Mapped[int]
    height: Mapped[int]
