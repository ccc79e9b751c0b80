"""What lies where in a folder of backups, and what a copy says of itself."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FORMAT = 1
NAME = "%Y%m%dT%H%M%S%fZ"
START = re.compile(r"START WAL LOCATION: .* \(file ([0-9A-F]{24})\)")


class BackupFailed(Exception):
    """A backup or a restore cannot go on; the message is one sentence that says why and what to do."""


@dataclass(frozen=True)
class Description:
    """What must fit before a copy is restored: the major version of PostgreSQL, the revision of each schema."""

    format: int
    postgres: int
    revisions: dict[str, str]
    taken_at: str

    @classmethod
    def read(cls, file: Path) -> "Description":
        """Raises BackupFailed for a file of another format or none."""
        try:
            said: dict[str, Any] = json.loads(file.read_text())
            if said["format"] != FORMAT:
                raise BackupFailed(
                    f"{file} is of format {said['format']}, and this version reads only format {FORMAT}."
                )
            return cls(FORMAT, int(said["postgres"]), dict(said["revisions"]), str(said["taken_at"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupFailed(f"{file} does not describe a backup: {type(error).__name__}.") from error

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1))


@dataclass(frozen=True)
class Copy:
    """One copy of the whole cluster."""

    path: Path

    @property
    def cluster(self) -> Path:
        return self.path / "cluster"

    @property
    def description(self) -> Path:
        """Written last: a copy without it was interrupted."""
        return self.path / "backup.json"

    @property
    def taken_at(self) -> datetime:
        return datetime.strptime(self.path.name, NAME).replace(tzinfo=UTC)

    def first_segment(self) -> str:
        """The first file of the log that this copy needs. Raises BackupFailed."""
        label = self.cluster / "backup_label"
        found = START.search(label.read_text()) if label.exists() else None
        if found is None:
            raise BackupFailed(f"{self.cluster} is no copy of a cluster: its backup_label is missing.")
        return found[1]


@dataclass(frozen=True)
class BackupFolder:
    """`copies` of the cluster, `log` with every change since the first of them, `uploads`."""

    path: Path

    @property
    def log(self) -> Path:
        return self.path / "log"

    @property
    def uploads(self) -> Path:
        return self.path / "uploads"

    def create(self) -> None:
        """Readable by its owner alone: it holds what people handed in, though sealed, and all of the database."""
        for folder in (self.path, self.path / "copies", self.log, self.uploads):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def new_copy(self, at: datetime) -> Copy:
        return Copy(self.path / "copies" / at.strftime(NAME))

    def copies(self) -> list[Copy]:
        """Those that were finished, oldest first."""
        found = (Copy(path) for path in sorted((self.path / "copies").glob("*Z")))
        return [copy for copy in found if copy.description.exists()]

    def unfinished(self) -> list[Copy]:
        found = (Copy(path) for path in sorted((self.path / "copies").glob("*Z")))
        return [copy for copy in found if not copy.description.exists()]

    def latest(self, until: datetime | None = None) -> Copy:
        """The last copy, or the last one before an instant. Raises BackupFailed."""
        fitting = [copy for copy in self.copies() if until is None or copy.taken_at <= until]
        if not fitting:
            raise BackupFailed(f"{self.path} holds no finished copy" + (f" from before {until}." if until else "."))
        return fitting[-1]

    def segments_from(self, first: str) -> Iterator[tuple[Path, str]]:
        """Files of the log from a segment on, and the names under which the server asks for them.

        The last one is usually still being written: what it holds so far is as good as the rest.
        """
        whole = {path.name for path in self.log.iterdir()}
        for path in sorted(self.log.iterdir()):
            name = path.name.removesuffix(".partial")
            if name != path.name and name in whole:
                continue
            # A history of timelines is small and always needed.
            if name.endswith(".history") or name[8:] >= first[8:]:
                yield path, name
