"""The shifted clock: calendar time moves, in Python and in what it starts; waits last as long as ever."""

import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.platform.database.postgres_programs import binaries
from tests.clock import shift
from tests.clock.__main__ import arguments, chosen

INSTANT = datetime(2028, 2, 29, 10, tzinfo=UTC)
WAITS = """
import queue, threading, time
from concurrent.futures import Future
begun = time.monotonic()
time.sleep(0.1)
threading.Event().wait(0.1)
lock = threading.Lock(); lock.acquire(); lock.acquire(timeout=0.1)
condition = threading.Condition()
with condition: condition.wait(0.1)
for wait in (lambda: queue.Queue().get(timeout=0.1), lambda: Future().result(timeout=0.1)):
    try: wait()
    except Exception as error: assert type(error).__name__ in ("Empty", "TimeoutError"), error
print(time.monotonic() - begun)
"""
CLOCKS = """
import time
from datetime import datetime, UTC
times = [time.time(), time.time_ns() / 1e9, datetime.now(UTC).timestamp(), time.clock_gettime(time.CLOCK_REALTIME)]
assert max(times) - min(times) < 1
print(times[0])
"""


@pytest.fixture(scope="module")
def shifted(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """The environment of a process at the instant."""
    try:
        library = shift.build(tmp_path_factory.mktemp("shift"))
    except shift.NoCompiler as missing:
        pytest.skip(str(missing))
    return shift.environment(library, INSTANT)


def output(shifted: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(command, env=dict(shifted), capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def is_near(instant: datetime) -> bool:
    return timedelta(0) <= instant - INSTANT < timedelta(minutes=5)


def test_every_clock_of_python_moves(shifted: Mapping[str, str]) -> None:
    assert is_near(datetime.fromtimestamp(float(output(shifted, sys.executable, "-c", CLOCKS)), UTC))


def test_what_python_starts_moves_too(shifted: Mapping[str, str]) -> None:
    child = "import subprocess; print(subprocess.check_output(['date', '+%s'], text=True))"
    assert is_near(datetime.fromtimestamp(float(output(shifted, sys.executable, "-c", child)), UTC))


def test_waits_last_as_long_as_ever(shifted: Mapping[str, str]) -> None:
    assert 0.6 <= float(output(shifted, sys.executable, "-c", WAITS)) < 5


def test_the_database_moves(shifted: Mapping[str, str], tmp_path: Path) -> None:
    server = (
        "import sys, psycopg; from pathlib import Path; from deploy.dev.servers.postgres import Postgres\n"
        "with Postgres(Path(sys.argv[1])) as it, psycopg.connect(it.admin_url.replace('+psycopg', '')) as connection:\n"
        "    print(connection.execute('SELECT extract(epoch FROM now())').fetchone()[0])"
    )
    assert binaries()
    assert is_near(datetime.fromtimestamp(float(output(shifted, sys.executable, "-c", server, str(tmp_path))), UTC))


def test_a_shifted_process_shifts_another_from_the_machines_clock(shifted: Mapping[str, str], tmp_path: Path) -> None:
    again = (
        "import subprocess, sys; from pathlib import Path\n"
        "from datetime import datetime, UTC; from tests.clock import shift\n"
        "environment = shift.environment(shift.build(Path(sys.argv[1])), datetime(2028, 2, 29, 10, tzinfo=UTC))\n"
        "print(subprocess.check_output(['date', '+%s'], env=dict(environment), text=True))"
    )
    assert is_near(datetime.fromtimestamp(float(output(shifted, sys.executable, "-c", again, str(tmp_path))), UTC))


def test_the_clock_goes_on_from_the_instant(shifted: Mapping[str, str]) -> None:
    ticks = "import time; first = time.time(); time.sleep(1.1); print(time.time() - first)"
    assert 1.0 <= float(output(shifted, sys.executable, "-c", ticks)) < 5


def test_a_machine_without_a_compiler_is_told_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(shift.NoCompiler, match="apt-get install gcc"):
        shift.build(tmp_path)


@pytest.mark.parametrize(
    ("words", "names", "passed_on"),
    [
        ([], 8, []),
        (["leap-day"], 1, []),
        (["two", "--tests"], 2, []),
        (["--at", "2030-01-01T00:00+00:00", "--", "-x"], 1, ["-x"]),
    ],
)
def test_the_command_takes_instants_by_name_or_hour(words: list[str], names: int, passed_on: list[str]) -> None:
    options, asked = arguments(words)
    assert (len(chosen(options, datetime.now(UTC))), asked) == (names, passed_on)
