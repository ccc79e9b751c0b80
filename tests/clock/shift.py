"""Builds the library that shifts the clock, and says which environment carries it into a process and its children."""

import math
import os
import shutil
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

SOURCE = Path(__file__).with_name("shift.c")
NAME, OFFSET = "shift.so", "MAHJAR_CLOCK_OFFSET"
FLAGS = ("-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror")


class NoCompiler(Exception):
    """The machine cannot build the library; the message says what to install."""


def build(folder: Path) -> Path:
    """Compiles the library into the folder. Every user may read it: the database runs as another one."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise NoCompiler("The clock is shifted by a small C library: apt-get install gcc libc6-dev")
    library = folder / NAME
    command = [compiler, *FLAGS, "-o", str(library), str(SOURCE), "-ldl"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise NoCompiler(f"The C library of the shifted clock does not compile: {done.stderr}")
    folder.chmod(0o755)
    library.chmod(0o755)
    return library


def environment(library: Path, instant: datetime) -> Mapping[str, str]:
    """The variables under which a process begins at the instant and goes on from there, and all that it starts."""
    # This process may be shifted itself: offsets count from the machine's clock, and one library adds them.
    unshifted = datetime.now(UTC).timestamp() - float(os.environ.get(OFFSET, 0))
    others = [path for path in os.environ.get("LD_PRELOAD", "").split() if Path(path).name != NAME]
    offset = math.ceil(instant.timestamp() - unshifted)
    return {**os.environ, "LD_PRELOAD": " ".join([str(library), *others]), OFFSET: str(offset)}
