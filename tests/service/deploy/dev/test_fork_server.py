"""A process of the fork server runs like one started alone, and ends with the fork server."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.dev.fork_server import ForkServer
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
    assert fork_server.spawn("missing", ["services.nowhere"], {}, log).wait(30) == 0
    assert "services.nowhere" in log.read_text()


def test_the_death_of_a_child_is_seen_and_of_nobody_else(fork_server: ForkServer, tmp_path: Path) -> None:
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    first, second = (fork_server.spawn(name, server, {}, tmp_path / f"{name}.log") for name in ("first", "second"))
    assert first.poll() is None
    first.kill()
    assert first.wait(10) == 0
    assert first.poll() == 0
    first.kill()
    assert second.poll() is None


def test_children_end_with_the_fork_server_and_another_one_starts(fork_server: ForkServer, tmp_path: Path) -> None:
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    child = fork_server.spawn("child", server, {}, tmp_path / "child.log")
    until(lambda: psutil.Process(child.pid).name() == "child")
    assert fork_server.process is not None
    fork_server.process.kill()
    fork_server.process.wait()
    assert child.wait(10) == 0
    again = fork_server.spawn("again", server, {}, tmp_path / "again.log")
    assert again.poll() is None
