"""Backs up and restores: `python -m deploy.platform.backup VERB`; docs/how-to/back-up-and-restore.md says the rest.

`take` copies once, `stream` without end; both need `--to FOLDER`. `keys --to FILE` saves the keys, elsewhere.
`restore --from FOLDER --keys FILE` lays a copy out in MAHJAR_DATA; then `check` looks whether it holds together.
"""

import argparse
import os
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from deploy.platform.backup import check, keys, programs, restore, stream, take
from deploy.platform.backup.folder import BackupFailed, BackupFolder
from deploy.platform.data_folder import DataFolder
from services.consular.uploads.storage.disk import DiskStore
from services.consular.uploads.storage.s3 import S3Store
from services.consular.uploads.storage.sealed import SealedStore
from services.consular.uploads.storage.store import BlobStore
from shared.errors import Unavailable
from shared.production import StartRefused
from shared.settings.uploads import UploadSettings


def main() -> None:
    chosen = arguments()
    try:
        chosen.run(DataFolder.from_environment(), chosen)
    except (BackupFailed, StartRefused) as error:
        sys.exit(str(error))
    except psycopg.OperationalError as error:
        sys.exit(f"The database does not answer: {str(error).splitlines()[0]}")
    except Unavailable as error:
        sys.exit(f"The store of uploads does not answer ({error.code}); repeat the command once it does.")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="backup", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, run in (("take", run_take), ("stream", run_stream)):
        command = verbs.add_parser(verb)
        command.set_defaults(run=run)
        command.add_argument("--to", type=Path, required=True, help="the folder of backups, on another disk or machine")
        command.add_argument("--keep", type=int, default=take.KEPT, help="how many copies")
    saving = verbs.add_parser("keys")
    saving.set_defaults(run=run_keys)
    saving.add_argument("--to", type=Path, required=True, help="a file, neither in the data folder nor among backups")
    saving.add_argument("--backups", type=Path, help="the folder of backups, which the file must not lie in")
    restoring = verbs.add_parser("restore")
    restoring.set_defaults(run=run_restore)
    restoring.add_argument("--from", type=Path, required=True, dest="backups", help="the folder of backups")
    restoring.add_argument("--keys", type=Path, help="the file of keys; without it they are put back by hand")
    restoring.add_argument("--cluster", type=Path, help="a server's folder; by default the embedded one's")
    restoring.add_argument("--until", type=instant, help="an instant with its zone: 2026-11-29T12:00+00:00")
    verbs.add_parser("check").set_defaults(run=run_check)
    return parser.parse_args()


def instant(text: str) -> datetime:
    """Raises ValueError, of which argparse makes a sentence."""
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise argparse.ArgumentTypeError("needs its zone, for example 2026-11-29T12:00+00:00")
    return at.astimezone(UTC)


def upload_settings(folder: DataFolder) -> UploadSettings:
    """As the mission's service has them. Raises StartRefused."""
    defaults = {"MAHJAR_UPLOADS": str(folder.uploads), "MAHJAR_SECRET": secret_of(folder)}
    given = {name: value for name, value in os.environ.items() if value}
    return UploadSettings.load({**defaults, **given}, specimen=True)


def secret_of(folder: DataFolder) -> str:
    """The demo's lies in its folder, production's in the environment."""
    return folder.secrets()["session"] if (folder.path / "secrets.json").exists() else ""


def store_of(folder: DataFolder) -> BlobStore:
    settings = upload_settings(folder)
    return S3Store(settings.s3) if settings.s3 else DiskStore(settings.folder)


def run_take(folder: DataFolder, chosen: argparse.Namespace) -> None:
    """The cluster first: a blob is there before a row names it, and stays for a day after the last one did."""
    began, backups, store = time.monotonic(), BackupFolder(chosen.to), store_of(folder)
    copy = take.take_copy(backups, programs.admin_address(folder))
    copied = take.copy_uploads(backups, store)
    take.forget(backups, store, chosen.keep)
    print(f"copied: {copy.path}, {copied} new uploads, {time.monotonic() - began:.1f} s")


def run_stream(folder: DataFolder, chosen: argparse.Namespace) -> None:
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    stream.stream(BackupFolder(chosen.to), programs.admin_address(folder), store_of(folder), stop)


def run_keys(folder: DataFolder, chosen: argparse.Namespace) -> None:
    print(f"saved: {keys.save(folder, chosen.to, chosen.backups)} keys and secrets. Keep the file apart from backups.")


def run_restore(folder: DataFolder, chosen: argparse.Namespace) -> None:
    began, cluster = time.monotonic(), chosen.cluster or folder.postgres / "cluster"
    if chosen.keys is not None:
        # Before the store: what seals the uploads may be among them.
        folder.path.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = restore.Target(cluster, folder.path, store_of(folder))
    copy = restore.restore(BackupFolder(chosen.backups), target, chosen.keys, chosen.until)
    print(f"laid out: {copy.path.name} in {cluster}, {time.monotonic() - began:.1f} s. Start it, then run `check`.")


def run_check(folder: DataFolder, _chosen: argparse.Namespace) -> None:
    settings = upload_settings(folder)
    sealed = SealedStore(store_of(folder), settings.keys)
    found = check.check(programs.admin_address(folder), folder.keys, sealed)
    for sentence in found:
        print(sentence)
    if found:
        sys.exit(1)
    print("ledger, walls, papers, uploads and keys hold together")


if __name__ == "__main__":
    main()
