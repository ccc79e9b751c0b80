"""Lays a copy out for its start: the server itself replays the log, up to its end or to an instant."""

import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from deploy.platform.backup import keys, programs
from deploy.platform.backup.folder import BackupFailed, BackupFolder, Copy, Description
from deploy.platform.database.migrate import SERVICES_FOLDER
from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.store import BlobStore

# Relative to the cluster, where the server runs its commands; it removes the folder itself when it is done.
REPLAYED = "restored_log"


@dataclass(frozen=True)
class Target:
    """Where everything goes: the cluster's folder, the data folder for the keys, the store of uploads."""

    cluster: Path
    data: Path
    store: BlobStore


def restore(folder: BackupFolder, target: Target, key_file: Path | None, until: datetime | None = None) -> Copy:
    """Raises BackupFailed before anything is written, unless the copy itself is damaged."""
    copy = folder.latest(until)
    check_versions(Description.read(copy.description))
    if target.cluster.exists() and any(target.cluster.iterdir()):
        raise BackupFailed(f"{target.cluster} is not empty: restore into a new folder, and keep the old one.")
    programs.run(programs.command(None, "pg_verifybackup", "--quiet", "--no-parse-wal", str(copy.cluster)))
    if key_file is not None:
        keys.put_back(key_file, target.data)
    lay_out(folder, copy, target.cluster, until)
    backed_up = DiskStore(folder.uploads)
    for name in backed_up.names():
        target.store.put(name, backed_up.get(name))
    return copy


def check_versions(said: Description, services: Path = SERVICES_FOLDER) -> None:
    """Raises BackupFailed where this version cannot work with the copy."""
    programs.command(said.postgres, "postgres")
    for service, revision in said.revisions.items():
        if revision and revision not in all_revisions(services, service):
            raise BackupFailed(
                f"The copy was taken by a later version of Mahjar (revision {revision} of {service} is unknown here): "
                "restore it with that version."
            )


def all_revisions(services: Path, service: str) -> set[str]:
    """Those that this version can migrate from."""
    files = (services / service / "migrations" / "versions").glob("*.py")
    return {file.name.partition("_")[0] for file in files}


def lay_out(folder: BackupFolder, copy: Copy, cluster: Path, until: datetime | None) -> None:
    """The cluster, the log it replays at its first start, and the settings for that."""
    cluster.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = cluster.with_name(f"{cluster.name}.restored")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(copy.cluster, unfinished)
    unfinished.chmod(0o700)
    replayed = unfinished / REPLAYED
    replayed.mkdir()
    for path, name in folder.segments_from(copy.first_segment()):
        shutil.copyfile(path, replayed / name)
    with (unfinished / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"restore_command = 'cp {REPLAYED}/%f \"%p\"'\n")
        settings.write(f"recovery_end_command = 'rm -rf {REPLAYED}'\n")
        if until is not None:
            settings.write(f"recovery_target_time = '{until.isoformat()}'\nrecovery_target_action = 'promote'\n")
    (unfinished / "recovery.signal").touch()
    if cluster.exists():
        cluster.rmdir()
    unfinished.replace(cluster)
