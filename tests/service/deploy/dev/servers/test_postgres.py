"""The embedded PostgreSQL starts, survives, refuses and goes, whoever runs it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.postgres_programs import PostgresFailed, candidates, version_of
from deploy.platform.database.roles import BUS, SERVICES, prepare
from tests.factories.waiting import until

AS_ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to step down")


def ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
    return row and row[0]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    with Postgres(tmp_path_factory.mktemp("postgres")) as running:
        yield running


@pytest.fixture(scope="module")
def urls(server: Postgres) -> dict[str, str]:
    return prepare(server.admin_url, server.data)


def test_keeps_what_was_written_and_its_promises(server: Postgres) -> None:
    assert ask(server.admin_url, "SHOW fsync") == "on"
    assert ask(server.admin_url, "SHOW synchronous_commit") == "on"
    assert ask(server.admin_url, "SHOW data_checksums") == "on"
    assert ask(server.admin_url, "SHOW listen_addresses") == "127.0.0.1"


def test_survives_a_stop_and_a_kill_on_the_same_folder(tmp_path: Path) -> None:
    server = Postgres(tmp_path)
    server.start_and_wait()
    with psycopg.connect(server.admin_url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    server.kill()
    server.start_and_wait()
    assert ask(server.admin_url, "SELECT number FROM kept") == 7
    server.stop()
    with Postgres(tmp_path) as again:
        assert ask(again.admin_url, "SELECT number FROM kept") == 7


def test_refuses_a_folder_that_another_one_serves(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deploy.dev.servers.postgres.STALE_LIMIT", 0.1)
    second = Postgres(server.data)
    with pytest.raises(PostgresFailed, match="lock file"):
        second.start_and_wait()
    assert ask(server.admin_url, "SELECT 1") == 1


def test_refuses_strangers_without_a_password(server: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{server.port}/postgres")
    assert (server.data / "password").stat().st_mode & 0o077 == 0


def test_dies_with_its_runner(tmp_path: Path) -> None:
    runner = subprocess.Popen(
        [sys.executable, "-m", "deploy.dev.servers.postgres", str(tmp_path)], stdout=subprocess.PIPE
    )
    assert runner.stdout is not None
    with runner.stdout:
        assert b"postgresql" in runner.stdout.readline()
    family = psutil.Process(runner.pid).children(recursive=True)
    assert family
    runner.send_signal(signal.SIGKILL)
    runner.wait(30)
    _, alive = psutil.wait_procs(family, timeout=10)
    assert not alive


@AS_ROOT_ONLY
def test_works_where_user_namespaces_are_forbidden(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also inside a folder closed to others, and after a start of the other kind on the same folder."""
    folder = tmp_path / "closed" / "data"
    folder.parent.mkdir(mode=0o700)
    for way in ("", "setuid", ""):
        monkeypatch.setenv("MAHJAR_STEP_DOWN", way)
        with Postgres(folder) as server:
            assert ask(server.admin_url, "SELECT 1") == 1
            assert server.process is not None
            effective = psutil.Process(server.process.pid).uids().effective
            assert (effective == 65534) == (way == "setuid")


@pytest.mark.parametrize("binaries", [c for c in candidates() if version_of(c) >= 15], ids=lambda c: str(version_of(c)))
def test_every_version_at_hand_serves_all_roles(
    binaries: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAHJAR_PG_BIN", str(binaries))
    with Postgres(tmp_path) as server:
        urls = prepare(server.admin_url, tmp_path)
        assert prepare(server.admin_url, tmp_path) == urls
        assert ask(server.admin_url, "SHOW server_version_num").__str__().startswith(str(version_of(binaries)))
        assert [ask(urls[service], "SHOW search_path") for service in SERVICES] == list(SERVICES)
        assert ask(urls[BUS], "SELECT count(*) FROM pgmq.meta") == 0


@pytest.mark.parametrize(
    "forbidden",
    [
        "CREATE TABLE mine (a int)",
        "CREATE TABLE public.mine (a int)",
        "CREATE TEMPORARY TABLE mine (a int)",
        "CREATE SCHEMA mine",
        "SELECT 1 FROM gateway.anything",
        "SET ROLE mahjar_owner",
    ],
)
def test_a_service_owns_nothing_and_sees_itself_alone(urls: dict[str, str], forbidden: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(urls["consular"], forbidden)


def test_a_service_does_not_enter_the_bus_by_its_own_name(urls: dict[str, str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="CONNECT"):
        ask(urls["consular"].replace("/mahjar", "/bus"), "SELECT 1")


def test_passwords_are_kept_from_others(server: Postgres, urls: dict[str, str]) -> None:
    assert (server.data / "passwords.json").stat().st_mode & 0o077 == 0
    assert len(set(urls.values())) == len(SERVICES) + 1


SLOW_SERVER = """#!/bin/sh
if [ "$1" = --version ]; then echo "postgres (PostgreSQL) 18.0"; exit; fi
echo "$$" > "$2/postmaster.pid"
for second in 1 2 3 4 5 6; do
  {line}
  sleep 0.3
done
printf '%s\\n' "$$" data 0 5432 "" 127.0.0.1 0 ready > "$2/postmaster.pid"
exec sleep 60
"""


def slow_server(folder: Path, line: str, monkeypatch: pytest.MonkeyPatch) -> Postgres:
    """A stand-in that recovers for 1.8 s, and writes this line every 0.3 s."""
    monkeypatch.setattr("deploy.dev.servers.postgres.SILENT_LIMIT", 1.0)
    monkeypatch.setattr("deploy.dev.servers.postgres.STALE_LIMIT", 0.0)
    monkeypatch.setenv("MAHJAR_PG_BIN", str(folder / "bin"))
    (folder / "bin").mkdir()
    program = folder / "bin" / "postgres"
    program.write_text(SLOW_SERVER.replace("{line}", line))
    program.chmod(0o755)
    (folder / "data" / "cluster").mkdir(parents=True)
    (folder / "data" / "cluster" / "PG_VERSION").write_text("18\n")
    return Postgres(folder / "data")


def test_waits_for_a_recovery_that_progresses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = slow_server(tmp_path, 'echo "redo in progress"', monkeypatch)
    server.start_and_wait()
    assert server.ready
    assert not server.died()
    server.kill()


def test_ends_a_recovery_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = slow_server(tmp_path, ":", monkeypatch)
    with pytest.raises(PostgresFailed, match="does not start"):
        server.start_and_wait()
    assert not server.ready


def test_a_restart_returns_at_once_and_keeps_the_port(tmp_path: Path) -> None:
    with Postgres(tmp_path) as server:
        url = server.admin_url
        assert server.process is not None
        server.process.kill()
        server.process.wait(30)
        assert server.died()
        until(lambda: comes_up(server))
        assert ask(url, "SELECT 1") == 1


def comes_up(server: Postgres) -> bool:
    """As the runner does: starts what has died, and looks again. Memory of the killed one may still be in use."""
    if server.died():
        server.start()
    return server.ready
