"""Servers beside the platform: an S3-compatible one, and ClamAV's daemon with signatures of our own."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from minio import Minio

from shared.settings.uploads import REFUSE, S3Settings, ScannerSettings

BUCKET, ACCESS_KEY, SECRET_KEY = "uploads", "mahjar-tests", "a-secret-of-the-tests"
CLAMD = shutil.which("clamd") or "/usr/sbin/clamd"
# The body of the worm that the tests invented; ClamAV finds it by its hexadecimal digits.
WORM = b"worm of the tests: copies itself to every letter"
START_SECONDS = 120.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def s3_server(folder: Path) -> Iterator[S3Settings]:
    """An S3-compatible server with one empty bucket."""
    port = free_port()
    environment = {**os.environ, "NANIO_ACCESS_KEY": ACCESS_KEY, "NANIO_SECRET_KEY": SECRET_KEY}
    command = [sys.executable, "-m", "nanio", "serve", "--data-dir", str(folder), "--host", "127.0.0.1"]
    options = ["--port", str(port), "--no-access-log", "--log-level", "error"]
    with _running([*command, *options], environment):
        _wait_for(port)
        settings = S3Settings(f"127.0.0.1:{port}", BUCKET, ACCESS_KEY, SECRET_KEY, "us-east-1", secure=False)
        client = Minio(
            endpoint=settings.endpoint,
            access_key=ACCESS_KEY,
            secret_key=SECRET_KEY,
            region=settings.region,
            secure=False,
        )
        client.make_bucket(bucket_name=BUCKET)
        yield settings


@contextmanager
def clamd(folder: Path) -> Iterator[ScannerSettings]:
    """ClamAV's daemon on a socket; it knows one signature, which is ours."""
    signatures, path = folder / "signatures", folder / "clamd.socket"
    signatures.mkdir()
    (signatures / "tests.ndb").write_text(f"Tests.Worm:0:*:{WORM.hex()}\n")
    configuration = folder / "clamd.conf"
    lines = (
        f"LocalSocket {path}",
        f"DatabaseDirectory {signatures}",
        f"TemporaryDirectory {folder}",
        "Foreground yes",
        "StreamMaxLength 10M",
    )
    configuration.write_text("\n".join(lines) + "\n")
    with _running([CLAMD, "--config-file", str(configuration)], dict(os.environ)) as process:
        until = time.monotonic() + START_SECONDS
        while not path.exists():
            assert time.monotonic() < until and process.poll() is None, "clamd does not start"
            time.sleep(0.05)
        yield ScannerSettings(str(path), "", 0, REFUSE)


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < until, "the server does not start"
            time.sleep(0.05)
        else:
            return
