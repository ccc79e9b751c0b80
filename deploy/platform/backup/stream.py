"""Streams the database and the uploads without end: each change is in the backup within seconds."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psycopg

from deploy.platform.backup import programs, take
from deploy.platform.backup.folder import BackupFailed, BackupFolder
from deploy.platform.subprocess_guard import guarded
from services.consular.uploads.storage.store import BlobStore
from shared.errors import Unavailable

T = TypeVar("T")
SLOT = "mahjar_backup"
UPLOADS_EVERY, COPY_EVERY, PAUSE = 15.0, 86_400.0, 5.0
TROUBLES = (BackupFailed, Unavailable, psycopg.Error, OSError)


def stream(folder: BackupFolder, admin_url: str, store: BlobStore, stop: threading.Event) -> None:
    """Until `stop`. What does not answer is asked again; whoever starts this learns of it from the output."""
    folder.create()
    receiver: subprocess.Popen[bytes] | None = None
    due = {"uploads": 0.0, "copy": next_copy(folder)}
    while not stop.is_set():
        if receiver is None or receiver.poll() is not None:
            receiver = attempt(lambda: receive(folder, admin_url)) or None
        if time.time() >= due["uploads"]:
            attempt(lambda: take.copy_uploads(folder, store))
            due["uploads"] = time.time() + UPLOADS_EVERY
        if time.time() >= due["copy"] and attempt(lambda: renew(folder, admin_url, store)):
            due["copy"] = next_copy(folder)
        stop.wait(PAUSE)
    if receiver is not None:
        receiver.terminate()
        receiver.wait(30)


def next_copy(folder: BackupFolder) -> float:
    """When the next whole copy is due; at once where there is none."""
    copies = folder.copies()
    return copies[-1].taken_at.timestamp() + COPY_EVERY if copies else 0.0


def renew(folder: BackupFolder, admin_url: str, store: BlobStore) -> bool:
    """A new copy, and nothing older than is kept."""
    copy = take.take_copy(folder, admin_url)
    take.forget(folder, store)
    print(f"copied: {copy.path}", flush=True)
    return True


def receive(folder: BackupFolder, admin_url: str) -> subprocess.Popen[bytes]:
    """Starts the receiver of the log. The slot keeps on the server what has not arrived here. Raises BackupFailed."""
    major = take.version(admin_url)
    place = ["--directory", str(folder.log), "--slot", SLOT, "--no-password"]
    receiver = [*programs.command(major, "pg_receivewal"), *place]
    programs.run([*receiver, "--create-slot", "--if-not-exists"], admin_url)
    environment = {**os.environ, **programs.connection_environment(admin_url)}
    words = guarded([*receiver, "--synchronous", "--status-interval=5"], signal.SIGTERM)
    return subprocess.Popen(words, env=environment, stdin=subprocess.DEVNULL, cwd=Path("/"))


def attempt(work: Callable[[], T]) -> T | None:
    """What the work gives; None, and a line, where it fails."""
    try:
        return work()
    except TROUBLES as error:
        print(f"not backed up, tried again: {error or type(error).__name__}", flush=True)
        return None
