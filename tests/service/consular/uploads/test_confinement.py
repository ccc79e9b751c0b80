"""What a process that decodes a file can no longer do, even if the file has taken it over."""

import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from services.consular.uploads.decoding import client
from services.consular.uploads.decoding.result import Fault
from services.consular.uploads.decoding.system_calls import MACHINES
from tests.factories.uploads import JPEG, PDF

ROOT = Path(__file__).parents[4]
CONFINED = """
import os, resource, socket, sys, threading
from services.consular.uploads.decoding import confinement
if {drop}: confinement.drop_network()
confinement.confine()
def attempt():
    {attempt}
try:
    attempt()
except BaseException as error:
    os.write(1, type(error).__name__.encode())
else:
    os.write(1, b"done")
os._exit(0)
"""


def attempt(code: str, *, drop: bool = False) -> str:
    """What comes of this code in a confined process."""
    program = CONFINED.format(attempt=code, drop=drop)
    environment = {**client.ENVIRONMENT, "MAHJAR_SECRET": "x"}
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, timeout=60)
    return run.stdout.decode() or f"signal {-run.returncode}"


@pytest.mark.skipif(platform.machine() not in MACHINES, reason="the calls of this machine are not listed")
@pytest.mark.parametrize(
    "code",
    [
        "socket.socket()",
        "socket.socketpair()",
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        "os.open('/tmp/x', os.O_CREAT | os.O_WRONLY)",
        "os.listdir('/')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "os.kill(os.getppid(), 0)",
        "os.unlink('/tmp/nothing')",
        "os.mkdir('/tmp/nothing')",
        "os.memfd_create('x')",
        "resource.prlimit(0, resource.RLIMIT_CPU)",
    ],
)
def test_the_kernel_refuses(code: str) -> None:
    assert attempt(code) in ("PermissionError", "OSError")


def test_memory_and_processor_time_have_an_end() -> None:
    assert attempt("bytearray(500_000_000)") == "MemoryError"
    # The kernel may go straight to the hard limit; on a busy machine the clock on the wall may be first.
    ended = {f"signal {number.value}" for number in (signal.SIGXCPU, signal.SIGKILL, signal.SIGALRM)}
    assert attempt("exec('while True: pass')") in ended


def test_a_thread_may_be_started_for_the_decoder_of_photos() -> None:
    assert attempt("(thread := threading.Thread(target=int)).start() or thread.join()") == "done"


def test_the_decoding_process_has_no_secret_no_network_and_no_descriptor_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MAHJAR_SECRET", "a secret of the service")
    server = client.DecodingServer()
    with socket.create_server(("127.0.0.1", 0)):
        server.ask(b"D", 0, JPEG)
        assert server.process
        process = Path("/proc") / str(server.process.pid)
        assert b"MAHJAR" not in (process / "environ").read_bytes()
        opened = [str(entry.readlink()) for entry in (process / "fd").iterdir()]
        assert sum(name.startswith("socket:") for name in opened) == 1
        own, ours = (process / "ns/net").readlink(), Path("/proc/self/ns/net").readlink()
        status = (process / "status").read_text()
        assert own != ours or "Uid:\t0" not in status
    server.stop()


def test_a_process_that_was_killed_is_started_again_and_files_wait_their_turn() -> None:
    server = client.DecodingServer()
    assert server.ask(b"D", 0, JPEG).kind == "image/jpeg"
    assert server.process
    server.process.kill()
    server.process.wait(30)
    answers: list[str] = []

    def ask(data: bytes) -> None:
        answers.append(server.ask(b"D", 0, data).kind)

    threads = [threading.Thread(target=ask, args=(data,)) for data in (JPEG, PDF) * 5]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(answers) == ["application/pdf"] * 5 + ["image/jpeg"] * 5
    server.stop()


def test_a_file_that_kills_its_process_is_refused_and_the_next_one_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    server = client.DecodingServer()
    assert server.ask(b"D", 0, JPEG).pages == 1
    started = time.monotonic()
    with pytest.raises(Fault, match="file_too_complex"):
        # A request of no known form: the child dies without an answer only where something ends it.
        monkeypatch.setattr(client, "_exchange", lambda *_: b"")
        server.ask(b"D", 0, JPEG)
    monkeypatch.undo()
    assert time.monotonic() - started < 5
    assert server.ask(b"D", 0, PDF).pages == 1
    server.stop()
