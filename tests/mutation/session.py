"""Puts mutants to the test one after another, and remembers how each ended."""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from cosmic_ray.util import restore_contents

from deploy.dev.postgres import Postgres
from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutants import Mutant, digest
from tests.mutation.plugin import ALL_PASSED_SO_FAR, ENDLESS, Plugin
from tests.mutation.process import Outcome, forked, run_pytest

# Pytest ends so when a test fails, when a module cannot be imported, and when the tests' own set-up cannot.
NOTICED = frozenset({1, 2, 3, 4, ENDLESS})


@dataclass(frozen=True)
class Result:
    """How a mutant ended, and by which test. `endless` says that the test did not fail but did not end."""

    killed: bool
    by: str
    seconds: float
    tests: int
    endless: bool = False


class Session:
    """The results so far, in a file to which each new one is added."""

    def __init__(self, file: Path, tree: Path, running: Postgres, lines: CoverageMap, budget: float) -> None:
        self.file, self.tree, self.running, self.lines, self.budget = file, tree, running, lines, budget
        self.results: dict[str, Result] = {}
        self.sound: dict[str, bool] = {}
        for line in file.read_text().splitlines() if file.exists() else ():
            one = json.loads(line)
            self.results[one.pop("key")] = Result(**one)

    def result(self, mutant: Mutant) -> Result:
        """The known result, or a new one. A survivor is tried again if other tests can notice it now."""
        source, chosen = mutant.source(self.tree), self.lines.chosen(mutant)
        changed = digest(f"{mutant.path} {source}")
        with_tests = changed + digest("".join(f"{name} {self.text_of(name)}" for name in sorted(chosen)))
        known = self.results.get(changed) or self.results.get(with_tests)
        if known is None:
            began = time.monotonic()
            by, endless = self.try_out(mutant, source, dict(chosen))
            known = Result(bool(by), by, round(time.monotonic() - began, 1), len(chosen), endless)
            self.remember(changed if known.killed else with_tests, known)
        return known

    def text_of(self, test: str) -> str:
        return digest((self.tree / test.partition("::")[0]).read_text())

    def remember(self, key: str, result: Result) -> None:
        self.results[key] = result
        with self.file.open("a") as file:
            file.write(json.dumps({"key": key, **asdict(result)}) + "\n")

    def try_out(self, mutant: Mutant, source: str, chosen: dict[str, float]) -> tuple[str, bool]:
        """The test that noticed the change, if one did, and whether it did not end.

        A test that fails without the change does not count; one that does not end is given three times as long once,
        since the machine may be slow.
        """
        patient: set[str] = set()
        while chosen:
            outcome = self.run(mutant, source, chosen)
            endless = outcome.status == ENDLESS and not outcome.failures
            if outcome.status in (0, ALL_PASSED_SO_FAR):
                break
            if outcome.status not in NOTICED:
                return f"the process ended with {outcome.status}", False
            by = outcome.failures[0] if outcome.failures else outcome.stopped or "set-up"
            if endless and by in chosen and by not in patient:
                patient.add(by)
                chosen[by] *= 3
            elif by not in chosen or self.passes(by, chosen[by]):
                return by, endless
            else:
                del chosen[by]
        return "", False

    def run(self, mutant: Mutant, source: str, chosen: dict[str, float]) -> Outcome:
        path = self.tree / mutant.path
        with restore_contents(path):
            path.write_text(source)
            return self.fork(chosen)

    def passes(self, test: str, limit: float) -> bool:
        """Whether a test passes alone and without any change; asked once for each."""
        if test not in self.sound:
            self.sound[test] = self.fork({test: limit}).status == 0
            if not self.sound[test]:
                print(f"left out, as it fails alone without any mutant: {test}", flush=True)
        return self.sound[test]

    def fork(self, chosen: dict[str, float]) -> Outcome:
        files = list(dict.fromkeys(name.partition("::")[0] for name in chosen))

        def work(findings: Path) -> int:
            return run_pytest(Plugin(self.running, findings, chosen, self.budget), files, "-x")

        return forked(self.tree, work, self.budget + max(chosen.values()) + 60)
