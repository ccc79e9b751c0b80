"""Forks a process that has the libraries loaded already, but nothing of the product, and runs chosen tests in it."""

import contextlib
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutation.plugin import ENDLESS, Plugin

OURS = ("services", "shared", "deploy", "tests")
# Pytest imports its plugins itself.
REWRITTEN = ("hypothesis", "_hypothesis_pytestplugin", "_hypothesis_globals", "_hypothesis_ftz_detector")
# A parent that has loaded the tests has loaded these plugins too.
IMPORTED_BEFORE = ("-W", "ignore::pytest.PytestAssertRewriteWarning")
LIBRARIES = (
    "import sys; import tests.conftest, tests.service.conftest; import services.consular.api, services.gateway; "
    "import services.civil_registry.api, services.conscription.api; import shared.documents.drawing; "
    "print(*sys.modules)"
)


@dataclass(frozen=True)
class Outcome:
    """How a run ended: pytest's status or one of the plugin's, the tests that failed, seconds by test.

    `stopped` is the test whose time was over.
    """

    status: int
    failures: list[str]
    durations: Mapping[str, float]
    output: str
    stopped: str = ""


def load_libraries(tree: Path) -> None:
    """Imports what all tests import of others, so that no mutant pays for it."""
    listed = subprocess.run([sys.executable, "-c", LIBRARIES], cwd=tree, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        if name.partition(".")[0] not in (*OURS, *REWRITTEN) and not name.startswith("__"):
            try:
                importlib.import_module(name)
            except ImportError:
                continue


def load_product(tree: Path, files: Iterable[str]) -> None:
    """Imports the copy's modules and tests in this process, so that a child need not."""
    stand_in(tree)
    forget_product()
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
        status = pytest.main(["-q", "--collect-only", *files])
    if status != 0:
        raise RuntimeError(f"the tests cannot be collected: {status}")


def forked(tree: Path, work: Callable[[Path], int], limit: float, anew: bool = True) -> Outcome:
    """Runs `work` in a child that stands in the tree; it leaves its findings in the file it is given.

    `anew`: the child loads the product itself.
    """
    with tempfile.TemporaryDirectory() as folder:
        findings, output = Path(folder) / "findings.json", Path(folder) / "output"
        child = os.fork()
        if child == 0:
            become_child(tree, output)
            if anew:
                forget_product()
            try:
                os._exit(work(findings))
            except BaseException as failure:
                print(repr(failure), flush=True)
                os._exit(99)
        status = wait(child, limit)
        found = json.loads(findings.read_text()) if findings.exists() else {}
        text = output.read_text(errors="replace") if output.exists() else ""
        failures, durations = found.get("failures", []), found.get("durations", {})
        return Outcome(status, failures, durations, text, found.get("stopped", ""))


def become_child(tree: Path, output: Path) -> None:
    """Stands in the tree, and writes to the file."""
    os.setsid()
    with output.open("wb") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    stand_in(tree)


def stand_in(tree: Path) -> None:
    os.chdir(tree)
    sys.path[:] = [
        str(tree),
        *(entry for entry in sys.path if entry not in ("", str(Path.cwd()), str(tree.parents[1]))),
    ]
    if "tests" in sys.modules:
        sys.modules["tests"].__path__ = [str(tree / "tests")]


def forget_product() -> None:
    """The next import of a module reads it from where this process stands."""
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        if not name.startswith("tests.mutation") and name != "tests":
            del sys.modules[name]


def wait(child: int, limit: float) -> int:
    """The child's status; `ENDLESS` if the time is over. Children of the child end with it."""
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, 9)
    os.waitpid(child, 0)
    return ENDLESS


def run_pytest(plugin: Plugin, tests: Iterable[str], *options: str) -> int:
    """Pytest's status; the plugin's findings go to its file."""
    status = pytest.main(["-q", *IMPORTED_BEFORE, *options, *tests], plugins=[plugin])
    plugin.write()
    return int(status)
