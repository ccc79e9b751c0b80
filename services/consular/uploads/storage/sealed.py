"""Seals each blob with the service's key, and names it by its content and mission.

The name is a keyed hash: whoever sees the folder or the bucket learns neither a file's content nor whether it is a
certain file. Equal files of a mission are stored once; those of two missions have nothing in common.
"""

import hmac
import os
from collections.abc import Iterator, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.consular.uploads.storage.store import BlobMissing, BlobStore
from shared.errors import Unavailable
from shared.logs import log

FORMAT, KEY_BYTES, NONCE_BYTES, NAME_BYTES = b"\x01", 32, 12, 4


class SealingKey:
    """A key to seal with, one to name with, and a few bytes by which a blob says which key it needs."""

    def __init__(self, secret: str) -> None:
        self.sealing = AESGCM(_derive(secret, b"mahjar uploads seal"))
        self.naming = _derive(secret, b"mahjar uploads name")
        self.mark = _derive(secret, b"mahjar uploads mark")[:NAME_BYTES]


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=purpose).derive(secret.encode())


class SealedStore:
    """Seals with the first key and opens with any of them, so that a key can be replaced."""

    def __init__(self, store: BlobStore, secrets: Sequence[str]) -> None:
        self.store = store
        self.keys = [SealingKey(secret) for secret in secrets]

    def address(self, mission: str, content: bytes) -> str:
        """The address of a content at a mission."""
        return hmac.new(self.keys[0].naming, mission.encode() + b"\0" + content, sha256).hexdigest()

    def put(self, mission: str, address: str, content: bytes) -> None:
        """Stores a content under its address. Raises Unavailable."""
        key, nonce, name = self.keys[0], os.urandom(NONCE_BYTES), blob_name(mission, address)
        head = FORMAT + key.mark
        self.store.put(name, head + nonce + key.sealing.encrypt(nonce, content, head + name.encode()))

    def get(self, mission: str, address: str) -> bytes:
        """The content. Raises BlobMissing; Unavailable when the store does not answer or the blob was changed."""
        name = blob_name(mission, address)
        blob = self.store.get(name)
        head, nonce, sealed = blob[: 1 + NAME_BYTES], blob[1 + NAME_BYTES :][:NONCE_BYTES], blob[17:]
        key = next((key for key in self.keys if head == FORMAT + key.mark), None)
        try:
            if key is None:
                raise InvalidTag
            return key.sealing.decrypt(nonce, sealed, head + name.encode())
        except (InvalidTag, ValueError) as error:
            log().error("storage", error="blob cannot be opened", blob=name)
            raise Unavailable("storage_damaged") from error

    def delete(self, mission: str, address: str) -> None:
        """Deletes a blob. Raises Unavailable."""
        self.store.delete(blob_name(mission, address))

    def addresses(self) -> Iterator[tuple[str, str]]:
        """Mission and address of every blob that is there."""
        for name in self.store.names():
            yield name.partition("/")[0], name.rpartition("/")[2]


def blob_name(mission: str, address: str) -> str:
    """The name of a blob: few files to a folder, and each mission's files together."""
    return f"{mission}/{address[:2]}/{address[2:4]}/{address}"


__all__ = ["BlobMissing", "SealedStore", "blob_name"]
