"""Keys and secrets of a data folder in one file, which must not lie where the backups do."""

import tarfile
from pathlib import Path

from deploy.platform.backup.folder import BackupFailed
from deploy.platform.data_folder import DataFolder

# Relative to the data folder; a stack of containers has its other secrets in `.env`.
HELD = ("keys", "secrets.json", "postgres/password", "postgres/passwords.json")


def save(folder: DataFolder, file: Path, backups: Path | None) -> int:
    """Writes the file, readable by its owner only; how many keys and secrets. Raises BackupFailed."""
    target = file.absolute()
    if backups is not None and target.is_relative_to(backups.absolute()):
        raise BackupFailed(f"{file} lies among the backups: whoever steals them must not find the keys beside them.")
    if target.is_relative_to(folder.path):
        raise BackupFailed(f"{file} lies in the data folder: what destroys the one would destroy the other.")
    files = [path for name in HELD for path in files_of(folder.path / name)]
    if not files:
        raise BackupFailed(f"{folder.path} holds no keys: name the data folder in MAHJAR_DATA.")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.touch(mode=0o600)
    with tarfile.open(unfinished, "w:gz") as archive:
        for path in files:
            archive.add(path, path.relative_to(folder.path).as_posix())
    unfinished.replace(target)
    return len(files)


def files_of(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(inner for inner in path.rglob("*") if inner.is_file())
    return [path] if path.is_file() else []


def put_back(file: Path, data: Path) -> None:
    """Raises BackupFailed for a file that is none of ours."""
    try:
        with tarfile.open(file) as archive:
            archive.extractall(data, filter="data")
    except (OSError, tarfile.TarError) as error:
        raise BackupFailed(f"{file} is no file of keys: {type(error).__name__}.") from error
    for path in (path for name in HELD for path in files_of(data / name)):
        path.chmod(0o600)
