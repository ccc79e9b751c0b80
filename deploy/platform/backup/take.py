"""Takes a copy of the whole cluster while it works, copies the uploads, and forgets what no copy needs any more."""

import shutil
import time
from contextlib import suppress
from datetime import UTC, datetime

from deploy.platform.backup import programs
from deploy.platform.backup.folder import FORMAT, BackupFolder, Copy, Description
from deploy.platform.database.migrate import current
from deploy.platform.database.roles import SERVICES, connect_as_admin
from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.store import BlobMissing, BlobStore

KEPT = 7


def take_copy(folder: BackupFolder, admin_url: str) -> Copy:
    """Raises BackupFailed. A copy that was interrupted is removed by the next one."""
    folder.create()
    for unfinished in folder.unfinished():
        shutil.rmtree(unfinished.path)
    major, taken_at = version(admin_url), datetime.now(UTC)
    copy = folder.new_copy(taken_at)
    copy.path.mkdir(mode=0o700)
    words = ["--pgdata", str(copy.cluster), "--checkpoint=fast", "--wal-method=stream", "--no-password"]
    programs.run(programs.command(major, "pg_basebackup", *words), admin_url)
    revisions = {service: current(admin_url, service) or "" for service in SERVICES}
    Description(FORMAT, major, revisions, taken_at.isoformat()).write(copy.description)
    return copy


def version(admin_url: str) -> int:
    """The server's major version."""
    with connect_as_admin(admin_url) as connection:
        return connection.info.server_version // 10000


def copy_uploads(folder: BackupFolder, store: BlobStore) -> int:
    """Copies blobs that are new; how many. A blob is never changed, so that its name says whether it is here.

    Raises Unavailable while the store does not answer.
    """
    copied, copies = 0, DiskStore(folder.uploads)
    known = set(copies.names())
    for name in store.names():
        if name not in known:
            # It may be deleted between the two questions.
            with suppress(BlobMissing):
                copies.put(name, store.get(name))
                copied += 1
    return copied


def forget(folder: BackupFolder, store: BlobStore, kept: int = KEPT) -> None:
    """Removes the oldest copies, the log before the first one kept, and blobs deleted before that one."""
    copies = folder.copies()
    for old in copies[:-kept]:
        shutil.rmtree(old.path)
    if not copies:
        return
    first = copies[-kept:][0]
    start = first.first_segment()
    for path in folder.log.iterdir():
        if not path.name.endswith(".history") and path.name[8:24] < start[8:]:
            path.unlink()
    live = set(store.names())
    for name in list(DiskStore(folder.uploads).names()):
        path = folder.uploads / name
        if name in live:
            # Until when it was in use.
            path.touch()
        elif path.stat().st_mtime < first.taken_at.timestamp() and time.time() > path.stat().st_mtime:
            path.unlink()
