"""What the nursery bears runs as if it had been started by itself, and not a moment longer than the nursery."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.nursery import Nursery
from tests.waiting import until


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    made = Nursery(tmp_path, [])
    made.start()
    yield made
    made.stop()


def test_a_child_has_its_own_environment_words_and_log(nursery: Nursery, tmp_path: Path) -> None:
    log = tmp_path / "told.log"
    saying = ["timeit", "-n1", "-r1", "import os, sys; print(sys.argv[1:3], dict(os.environ))"]
    assert nursery.bear("told", saying, {"ONLY": "this"}, log).wait(30) == 0
    assert log.read_text().startswith("['-n1', '-r1'] {'ONLY': 'this'}")


def test_a_module_that_is_missing_is_told_in_the_log(nursery: Nursery, tmp_path: Path) -> None:
    log = tmp_path / "missing.log"
    assert nursery.bear("missing", ["services.nowhere"], {}, log).wait(30) == 0
    assert "services.nowhere" in log.read_text()


def test_the_death_of_a_child_is_seen_and_of_nobody_else(nursery: Nursery, tmp_path: Path) -> None:
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    first, second = (nursery.bear(name, server, {}, tmp_path / f"{name}.log") for name in ("first", "second"))
    assert first.poll() is None
    first.kill()
    assert first.wait(10) == 0
    assert first.poll() == 0
    first.kill()
    assert second.poll() is None


def test_children_go_with_their_nursery_and_another_one_takes_over(nursery: Nursery, tmp_path: Path) -> None:
    server = ["http.server", "0", "--bind", "127.0.0.1"]
    child = nursery.bear("child", server, {}, tmp_path / "child.log")
    until(lambda: psutil.Process(child.pid).name() == "child")
    assert nursery.process is not None
    nursery.process.kill()
    nursery.process.wait()
    assert child.wait(10) == 0
    again = nursery.bear("again", server, {}, tmp_path / "again.log")
    assert again.poll() is None
