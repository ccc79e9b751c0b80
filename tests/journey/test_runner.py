"""`make run` as a person meets it: starts, mends itself, refuses politely, stops, and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, NamedTuple

import psutil
import pytest

from deploy.dev.servers.postgres import free_port
from tests.factories.environment.servers.runner import READY, ROOT, START_LIMIT
from tests.factories.waiting import until


def name_of(process: psutil.Process) -> str:
    """A process's name; empty once it is gone."""
    try:
        return str(process.name())
    except psutil.NoSuchProcess:
        return ""


class Runner:
    """The real command in a process of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        self.process = subprocess.Popen(
            [sys.executable, "-m", "deploy.dev.run"],
            env=surroundings(data, port),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self.reader = threading.Thread(target=self.listen, args=[self.process.stdout])
        self.reader.start()
        until(lambda: self.is_ready() or self.process.poll() is not None, START_LIMIT)
        assert self.is_ready(), "\n".join(self.said)

    def listen(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.said.append(line.rstrip())

    def is_ready(self) -> bool:
        return READY in self.said

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def member(self, name: str) -> psutil.Process:
        """The oldest process of that name."""
        return min((one for one in self.family() if name_of(one) == name), key=psutil.Process.create_time)

    def end(self, sign: signal.Signals) -> int:
        self.process.send_signal(sign)
        code = self.process.wait(60)
        self.reader.join(60)
        return code


def surroundings(data: Path, port: int) -> dict[str, str]:
    told = {"MAHJAR_DATA": str(data), "MAHJAR_PORT": str(port), "MAHJAR_PEOPLE": "60", "PYTHONUNBUFFERED": "1"}
    inherited = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "BUS_URL")}
    return {**inherited, **told}


class Answer(NamedTuple):
    status: int
    seconds: float
    retry_after: str | None


def timed_answer(port: int, path: str) -> Answer:
    """As a browser with a session asks, so that the database of accounts is needed."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": "session=somebody"})
    began = time.monotonic()
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 (always http)
            return Answer(response.status, time.monotonic() - began, None)
    except urllib.error.HTTPError as refused:
        return Answer(refused.code, time.monotonic() - began, refused.headers["Retry-After"])


def answer(port: int, path: str) -> int:
    return timed_answer(port, path).status


def is_free(port: int) -> bool:
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return one.connect_ex(("127.0.0.1", port)) != 0


def nothing_left(family: list[psutil.Process]) -> bool:
    return not psutil.wait_procs(family, timeout=30)[1]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "data"


@pytest.fixture(scope="module")
def start(data: Path) -> Iterator[Callable[[], Runner]]:
    started: list[Runner] = []

    def give() -> Runner:
        started.append(Runner(data, free_port()))
        return started[-1]

    yield give
    for runner in started:
        if runner.process.poll() is None:
            runner.end(signal.SIGKILL)


@pytest.fixture(scope="module")
def runner(start: Callable[[], Runner]) -> Runner:
    return start()


def command(module: str, data: Path, port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", module],
        env=surroundings(data, port),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_serves_its_pages(runner: Runner) -> None:
    assert answer(runner.port, "/ready") == 200
    assert answer(runner.port, "/ar/") == 200


def test_refuses_a_second_runner_in_its_folder(runner: Runner, data: Path) -> None:
    second = command("deploy.dev.run", data, free_port())
    assert second.returncode == 1
    assert f"already runs in {data}" in second.stderr


def test_says_plainly_that_the_port_is_taken(runner: Runner, tmp_path: Path) -> None:
    second = command("deploy.dev.run", tmp_path, runner.port)
    assert second.returncode == 1
    assert f"port {runner.port} is taken" in second.stderr
    assert "Traceback" not in second.stderr


def test_reset_refuses_while_it_runs(runner: Runner, data: Path) -> None:
    refused = command("deploy.dev.reset", data, runner.port)
    assert refused.returncode == 1
    assert (data / "postgres").exists()


@pytest.mark.parametrize("name", ["consular", "consular-worker", "postgres"])
def test_starts_again_what_dies(runner: Runner, name: str) -> None:
    victim = runner.member(name)
    victim.kill()
    until(lambda: any("started again" in line for line in runner.said))
    until(lambda: victim.pid not in [one.pid for one in runner.family() if name_of(one) == name])
    runner.said = [line for line in runner.said if "started again" not in line]
    until(lambda: answer(runner.port, "/ready") == 200)


def test_the_death_of_the_fork_server_ends_no_service(runner: Runner) -> None:
    services = {one.pid for one in runner.family() if name_of(one) in ("consular", "gateway", "consular-worker")}
    fork_server = runner.member("python")
    assert "deploy.dev.servers.fork_server" in fork_server.cmdline()
    runner.said = [line for line in runner.said if "fork_server stopped" not in line]
    fork_server.kill()
    until(lambda: any("fork_server stopped, started again" in line for line in runner.said))
    assert answer(runner.port, "/ready") == 200
    assert services <= {one.pid for one in runner.family()}


def test_a_worker_that_keeps_dying_leaves_the_others_alone(runner: Runner) -> None:
    """Six deaths in a row: the pages answer meanwhile, and the worker comes back by itself."""
    gateway, killed = runner.member("gateway"), set[int]()

    def living() -> list[psutil.Process]:
        return [one for one in runner.family() if name_of(one) == "conscription-wo" and one.pid not in killed]

    for _ in range(6):
        until(lambda: bool(living()))
        (worker,) = living()
        killed.add(worker.pid)
        worker.kill()
        assert answer(runner.port, "/ar/") == 200
    until(lambda: any("conscription-worker keeps stopping" in line for line in runner.said))
    until(lambda: bool(living()))
    assert gateway.is_running()
    assert runner.process.poll() is None


def test_a_frozen_database_holds_nobody(runner: Runner) -> None:
    """Pages say 503 with a time to come back, liveness goes on, readiness says no; afterwards all is as before."""
    postgres = runner.member("postgres")
    frozen = [postgres, *postgres.children(recursive=True)]
    for process in frozen:
        process.suspend()
    try:
        with ThreadPoolExecutor(24) as visitors:
            pages = [visitors.submit(timed_answer, runner.port, "/ar/") for _ in range(16)]
            pages += [visitors.submit(timed_answer, runner.port, "/ar/verify") for _ in range(4)]
            ready, health = (visitors.submit(timed_answer, runner.port, path) for path in ("/ready", "/health"))
        assert health.result().status == 200
        assert health.result().seconds < 4
        assert ready.result().status == 503
        assert max(page.result().seconds for page in pages) < 10
        assert {page.result().retry_after for page in pages if page.result().status == 503} == {"5"}
        later = timed_answer(runner.port, "/ready")
        assert (later.status, later.seconds < 3) == (503, True)
    finally:
        for process in frozen:
            process.resume()
    until(lambda: answer(runner.port, "/ready") == 200)


def test_ends_in_order_and_forgets_nothing(runner: Runner, data: Path) -> None:
    family = runner.family()
    assert len(family) > 8
    assert runner.end(signal.SIGTERM) == 0
    assert nothing_left(family)
    assert is_free(runner.port)
    assert (data / "postgres" / "cluster" / "PG_VERSION").exists()


def test_a_killed_runner_leaves_no_process(start: Callable[[], Runner], data: Path) -> None:
    again = start()
    assert answer(again.port, "/ready") == 200
    family = again.family()
    again.end(signal.SIGKILL)
    assert nothing_left(family)
    assert is_free(again.port)


def test_reset_forgets_everything(data: Path) -> None:
    assert command("deploy.dev.reset", data, free_port()).returncode == 0
    assert not data.exists()
