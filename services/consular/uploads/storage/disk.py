"""Blobs as files in sharded folders: written beside their place, synced, then renamed into it."""

import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from services.consular.uploads.storage.store import BlobMissing
from shared.errors import Unavailable
from shared.logs import log
from shared.production import StartRefused

# Begins the name of a file that is being written; what a crash leaves of one is no blob.
UNFINISHED = ".unfinished-"


class DiskStore:
    """A folder of this machine, or a volume of the container."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise StartRefused(f"MAHJAR_UPLOADS must name a folder that can be written: {folder}.") from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StartRefused(f"MAHJAR_UPLOADS must name a folder that can be written: {folder}.")

    def put(self, name: str, content: bytes) -> None:
        """Stores a blob."""
        path = self.folder / name
        if path.exists():
            return
        unfinished = path.with_name(f"{UNFINISHED}{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(unfinished, content)
            unfinished.replace(path)
            for folder in path.relative_to(self.folder).parents:
                _sync(self.folder / folder)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            log().error("storage", error=type(error).__name__, errno=error.errno)
            raise Unavailable("storage_down") from error

    def get(self, name: str) -> bytes:
        """The blob."""
        try:
            return (self.folder / name).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissing(name) from error
        except OSError as error:
            log().error("storage", error=type(error).__name__, errno=error.errno)
            raise Unavailable("storage_down") from error

    def delete(self, name: str) -> None:
        """Deletes a blob, and what crashes left unfinished beside it."""
        try:
            (self.folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable("storage_down") from error

    def names(self) -> Iterator[str]:
        """The names of all blobs."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and not path.name.startswith(UNFINISHED):
                yield path.relative_to(self.folder).as_posix()


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Makes the folder's own list of names survive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
