"""In the tests' process: fixtures that use the server which already runs, the order of the tests, and their limits."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import prepare
from tests.mutation.workplace import fresh_database

# The ways a mutant's process ends beside pytest's own.
ENDLESS, ALL_PASSED_SO_FAR = 91, 92


class Plugin:
    """What one run of chosen tests goes by."""

    def __init__(
        self, running: Postgres, findings: Path, chosen: dict[str, float] | None = None, budget: float = 3600.0
    ) -> None:
        """`chosen` are the tests in the order of their promise, with seconds each may take; None stands for all."""
        self.running, self.findings, self.chosen = running, findings, chosen
        self.current = ""
        self.order = {name: place for place, name in enumerate(chosen or ())}
        self.ends = time.monotonic() + budget
        self.failures: list[str] = []
        self.durations: dict[str, float] = {}
        self.around: Callable[[str], object] | None = None

    def pytest_sessionstart(self) -> None:
        """Examples drawn by chance are the same for every mutant, and take as long as a busy machine needs."""
        from hypothesis import settings

        settings.register_profile("mutation", deadline=None, derandomize=True)
        settings.load_profile("mutation")

    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> object:
        """The server, its schemas and its registers are there already."""
        ready = {"cluster": lambda: self.running, "urls": self.urls, "registers": lambda: 1}
        if fixturedef.baseid != "tests" or fixturedef.argname not in ready:
            return None
        value = ready[fixturedef.argname]()  # type: ignore[no-untyped-call]
        fixturedef.cached_result = (value, fixturedef.cache_key(request), None)  # type: ignore[arg-type]
        return value

    def urls(self) -> dict[str, str]:
        """Addresses by role, in a fresh copy of the filled database."""
        from tests import conftest

        fresh_database(self.running)
        conftest.note_reference_data(self.running.admin_url)
        return prepare(self.running.admin_url, self.running.data)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """By module, the promising ones first; within a module as written, since tests there may follow on another."""
        first: dict[str, int] = {}
        if self.chosen is not None:
            items[:] = [item for item in items if item.nodeid in self.chosen]
        for item in items:
            module = item.nodeid.partition("::")[0]
            rank = self.order.get(item.nodeid, len(self.order))
            first[module] = min(rank, first.get(module, rank))
        items.sort(key=lambda item: first[item.nodeid.partition("::")[0]])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        if time.monotonic() > self.ends:
            os._exit(ALL_PASSED_SO_FAR)
        if self.around:
            self.around(item.nodeid)
        began, self.current = time.monotonic(), item.nodeid
        signal.signal(signal.SIGALRM, self.stop)
        signal.alarm(int((self.chosen or {}).get(item.nodeid, 300)))
        try:
            return (yield)
        finally:
            signal.alarm(0)
            self.durations[item.nodeid] = time.monotonic() - began

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failures.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failures.append(f"import of {report.nodeid}")

    def stop(self, _signal: int, _frame: FrameType | None) -> None:
        """Ends the process: an endless loop might catch an exception."""
        self.write(stopped=self.current)
        os._exit(ENDLESS)

    def write(self, stopped: str = "") -> None:
        """Leaves what was found for the process that waits."""
        found = {"failures": self.failures, "durations": self.durations, "stopped": stopped}
        self.findings.write_text(json.dumps(found))
