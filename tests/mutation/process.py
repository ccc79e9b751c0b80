"""Forks a process that has the libraries loaded already, but nothing of the product, and runs chosen tests in it."""

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


def forked(tree: Path, work: Callable[[Path], int], limit: float) -> Outcome:
    """Runs `work` in a child that stands in the tree; it leaves its findings in the file it is given."""
    with tempfile.TemporaryDirectory() as folder:
        findings, output = Path(folder) / "findings.json", Path(folder) / "output"
        child = os.fork()
        if child == 0:
            become_child(tree, output)
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
    """Forgets what the parent knows of the product, and writes to the file."""
    os.setsid()
    with output.open("wb") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
    os.chdir(tree)
    sys.path[:] = [
        str(tree),
        *(entry for entry in sys.path if entry not in ("", str(Path.cwd()), str(tree.parents[1]))),
    ]
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        if not name.startswith("tests.mutation") and name != "tests":
            del sys.modules[name]
    if "tests" in sys.modules:
        sys.modules["tests"].__path__ = [str(tree / "tests")]


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
    status = pytest.main(["-q", *options, *tests], plugins=[plugin])
    plugin.write()
    return int(status)
