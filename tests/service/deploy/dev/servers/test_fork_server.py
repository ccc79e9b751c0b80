"""A process of the fork server runs like one started alone, and outlives the fork server, but not its runner."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.dev.servers.fork_server import ForkServer, ForkServerFailed, reap_orphans
from tests.factories.waiting import until


@pytest.fixture
def fork_server(tmp_path: Path) -> Iterator[ForkServer]:
    made = ForkServer(tmp_path, [])
    made.start()
    yield made
    made.stop()


def test_a_child_has_its_own_environment_words_and_log(fork_server: ForkServer, tmp_path: Path) -> None:
    log = tmp_path / "told.log"
    saying = ["timeit", "-n1", "-r1", "import os, sys; print(sys.argv[1:3], dict(os.environ))"]
    assert fork_server.spawn("told", saying, {"ONLY": "this"}, log).wait(30) == 0
    assert log.read_text().startswith("['-n1', '-r1'] {'ONLY': 'this'}")


def test_a_module_that_is_missing_is_told_in_the_log(fork_server: ForkServer, tmp_path: Path) -> None:
    log = tmp_path / "missing.log"
    assert fork_server.spawn("missing", ["services.nowhere"], {}, log).wait(30) == 1
    assert "services.nowhere" in log.read_text()


def test_the_death_of_a_child_is_seen_and_of_nobody_else(fork_server: ForkServer, tmp_path: Path) -> None:
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    first, second = (fork_server.spawn(name, server, {}, tmp_path / f"{name}.log") for name in ("first", "second"))
    assert first.poll() is None
    first.kill()
    assert first.wait(10) == -signal.SIGKILL
    assert first.poll() == -signal.SIGKILL
    first.kill()
    assert second.poll() is None


def test_a_child_outlives_the_fork_server_and_another_one_starts(fork_server: ForkServer, tmp_path: Path) -> None:
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    child = fork_server.spawn("child", server, {}, tmp_path / "child.log")
    until(lambda: psutil.Process(child.pid).name() == "child")
    assert fork_server.process is not None
    fork_server.process.kill()
    fork_server.process.wait(30)
    again = fork_server.spawn("again", server, {}, tmp_path / "again.log")
    assert again.poll() is None
    assert child.poll() is None
    child.kill()
    assert child.wait(10) == -signal.SIGKILL


def test_a_child_says_how_it_ended(fork_server: ForkServer, tmp_path: Path) -> None:
    failing = ["http.server", "--no-such-option"]
    assert fork_server.spawn("failing", failing, {}, tmp_path / "failing.log").wait(30) == 2


def test_a_child_that_is_killed_at_once_says_how_it_ended(fork_server: ForkServer, tmp_path: Path) -> None:
    """Often before the process that forked it has gone, so that it is nobody's child of ours yet."""
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    for number in range(20):
        child = fork_server.spawn("short", server, {}, tmp_path / f"{number}.log")
        child.kill()
        assert child.wait(10) == -signal.SIGKILL


def test_a_fork_server_that_ends_before_it_forks_is_named(fork_server: ForkServer, tmp_path: Path) -> None:
    assert fork_server.process is not None
    os.kill(fork_server.process.pid, signal.SIGSTOP)
    killer = threading.Timer(0.3, fork_server.process.kill)
    killer.start()
    with pytest.raises(ForkServerFailed, match="fork server ended"):
        fork_server.spawn("none", ["timeit"], {}, tmp_path / "none.log")
    killer.join(10)
    assert fork_server.spawn("some", ["timeit", "-n1", "-r1"], {}, tmp_path / "some.log").wait(30) == 0


def test_orphans_nobody_asks_about_are_reaped(fork_server: ForkServer, tmp_path: Path) -> None:
    script = tmp_path / "two_generations.py"
    script.write_text("import subprocess; print(subprocess.Popen(['sleep', '0.2']).pid, flush=True)")
    printed = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, timeout=30)
    orphan = psutil.Process(int(printed.stdout))
    until(lambda: orphan.status() == psutil.STATUS_ZOMBIE)
    reap_orphans({fork_server.pid})
    assert not orphan.is_running()
