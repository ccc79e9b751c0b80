"""The data folder: where a runner keeps everything, and how it says that it is at home."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.identity.crypto import create_keys


class Occupied(Exception):
    """Another runner lives in the folder."""


@dataclass(frozen=True)
class DataFolder:
    path: Path

    @classmethod
    def chosen(cls) -> "DataFolder":
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
    def logs(self) -> Path:
        return self.path / "logs"

    @contextmanager
    def occupied(self) -> Iterator[None]:
        """The lock is the kernel's: it goes with its holder, however that one ends. Raises Occupied."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self.path / "runner.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise Occupied(f"Mahjar already runs in {self.path} (process {lock.read().strip()})") from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def create_keys(self, services: tuple[str, ...]) -> None:
        create_keys(self.keys, services)

    def secrets(self) -> dict[str, str]:
        """Made once: whoever is signed in stays signed in over a restart."""
        file = self.path / "secrets.json"
        known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
        if not {"session", "provider"} <= known.keys():
            known = {name: secrets.token_hex(32) for name in ("session", "provider")} | known
            file.touch(mode=0o600)
            file.write_text(json.dumps(known, indent=1))
        return known
