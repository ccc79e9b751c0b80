"""Which test file runs when: those that take longest come first, so that all processes end at about the same time.

`durations.json` holds the seconds of each file, written by `make test ARGS=--keep-durations`.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadFileScheduling

FILE = Path(__file__).with_name("durations.json")
# Each process that opens pages starts a platform of its own: all but the longest of these files share one process.
PAGES = "tests/browser/"
LONGEST_WALK = "tests/browser/test_every_transaction.py"


def scope_of(nodeid: str) -> str:
    """What stays together in one process."""
    file = nodeid.partition("::")[0]
    return PAGES if file.startswith(PAGES) and file != LONGEST_WALK else file


class LongestFirst(LoadFileScheduling):  # type: ignore[misc]
    """Gives whole files to the processes, in the order of the collection."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LongestFirst | None:
    return LongestFirst(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--keep-durations", action="store_true", help="writes the seconds of each file to durations.json")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--keep-durations") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Recorder(), "durations")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In one process the order stays as it was collected."""
    if hasattr(config, "workerinput"):
        by_scope: defaultdict[str, float] = defaultdict(float)
        for file, seconds in json.loads(FILE.read_text()).items():
            by_scope[scope_of(file)] += seconds
        items.sort(key=lambda item: -by_scope[scope_of(item.nodeid)])


class Recorder:
    """Adds up what set-up, call and teardown of each file took."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid.partition("::")[0]] += report.duration

    def pytest_sessionfinish(self) -> None:
        long = {file: round(seconds) for file, seconds in sorted(self.seconds.items()) if seconds >= 1}
        FILE.write_text(json.dumps(long, indent=1) + "\n")
