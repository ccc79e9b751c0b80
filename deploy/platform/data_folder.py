"""The data folder: where the platform keeps keys, secrets and files, and the lock of its one runner."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.identity.crypto import create_keys


class FolderInUse(Exception):
    """Another runner uses the folder."""


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @classmethod
    def from_environment(cls) -> "DataFolder":
        return cls(Path(os.environ.get("MAHJAR_DATA", ".data")).absolute())

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    @property
    def fonts(self) -> Path:
        return self.path / "fonts"

    @property
    def uploads(self) -> Path:
        """What people hand in, unless it is stored at an S3 service."""
        return self.path / "uploads"

    @property
    def mailbox(self) -> Path:
        """Where e-mails of the demo lie, which leave the machine for nobody."""
        return self.path / "mailbox"

    @property
    def gateway_environment(self) -> Path:
        """The gateway's settings, for commands beside a running platform."""
        return self.path / "gateway.environment"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Holds a kernel lock, which ends with its process however that ends. Raises FolderInUse."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / "runner.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise FolderInUse(f"Mahjar already runs in {self.path} (process {lock.read().strip()})") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def create_keys(self, services: tuple[str, ...]) -> None:
        create_keys(self.keys, services)

    def secrets(self) -> dict[str, str]:
        """Random secrets, created once, so that sessions survive a restart."""
        file = self.path / "secrets.json"
        stored: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        names = ("session", "provider", "webhook")
        if not stored.keys() >= set(names):
            stored = {name: secrets.token_hex(32) for name in names} | stored
            file.touch(mode=0o600)
            file.write_text(json.dumps(stored, indent=1))
        return stored
