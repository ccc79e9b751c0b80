"""Keeps the parts of a file that is on its way, encrypted, so that a line that breaks does not begin it anew."""

import secrets
from datetime import timedelta

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.gateway.accounts.keyed import keyed_hash
from services.gateway.accounts.model import UploadPart
from shared.database import db

LIFETIME = timedelta(days=1)
NONCE_BYTES = 12
# As many files as somebody may have on their way; beyond it the oldest begins anew.
LIMIT_FILES = 5


def received(session: Session, secret: str, owner: str, file: str) -> int:
    """How many bytes of a file have arrived."""
    return int(
        session.scalar(select(func.coalesce(func.sum(UploadPart.size), 0)).where(*_of(secret, owner, file))) or 0
    )


def append(session: Session, secret: str, owner: str, file: str, start: int, content: bytes) -> int:
    """Adds a part where the last one ended, and gives how many bytes there are now. Any other part changes nothing."""
    there = received(session, secret, owner, file)
    if start != there or not content:
        return there
    if not start:
        _make_room(session, secret, owner)
    owner_key, file_key = _owner_key(secret, owner), _file_key(secret, owner, file)
    nonce = secrets.token_bytes(NONCE_BYTES)
    row = {
        "owner_key": owner_key,
        "file_key": file_key,
        "start": start,
        "size": len(content),
        "content": nonce + _cipher(secret, owner).encrypt(nonce, content, f"{file_key} {start}".encode()),
        "ends_at": db.now(session) + LIFETIME,
    }
    added = session.execute(insert(UploadPart).values(row).on_conflict_do_nothing().returning(UploadPart.size)).scalar()
    return there + (added or 0)


def whole(session: Session, secret: str, owner: str, file: str) -> bytes:
    """All that has arrived of a file, in its order."""
    rows = session.scalars(select(UploadPart).where(*_of(secret, owner, file)).order_by(UploadPart.start)).all()
    cipher = _cipher(secret, owner)
    return b"".join(
        cipher.decrypt(row.content[:NONCE_BYTES], row.content[NONCE_BYTES:], f"{row.file_key} {row.start}".encode())
        for row in rows
    )


def forget(session: Session, secret: str, owner: str, file: str) -> None:
    """Deletes the parts of a file."""
    session.execute(delete(UploadPart).where(*_of(secret, owner, file)))


def forget_old(session: Session) -> None:
    """Deletes everything whose time is over."""
    session.execute(delete(UploadPart).where(UploadPart.ends_at <= db.now(session)))


def _make_room(session: Session, secret: str, owner: str) -> None:
    own = UploadPart.owner_key == _owner_key(secret, owner)
    latest = func.max(UploadPart.ends_at)
    newest = select(UploadPart.file_key).where(own).group_by(UploadPart.file_key).order_by(latest.desc())
    kept = newest.limit(LIMIT_FILES - 1)
    session.execute(delete(UploadPart).where(own, UploadPart.file_key.not_in(kept)))


def _of(secret: str, owner: str, file: str) -> tuple[ColumnElement[bool], ...]:
    return UploadPart.owner_key == _owner_key(secret, owner), UploadPart.file_key == _file_key(secret, owner, file)


def _owner_key(secret: str, owner: str) -> str:
    return keyed_hash(secret, "upload_owner", owner)


def _file_key(secret: str, owner: str, file: str) -> str:
    return keyed_hash(secret, "upload_file", f"{owner} {file}")


def _cipher(secret: str, owner: str) -> AESGCM:
    return AESGCM(bytes.fromhex(keyed_hash(secret, "upload_content", owner)))
