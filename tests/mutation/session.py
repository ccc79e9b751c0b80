"""Puts mutants to the test one after another, and remembers how each ended."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from cosmic_ray.util import restore_contents

from deploy.dev.servers.postgres import Postgres
from tests.mutation.coverage_map import CoverageMap
from tests.mutation.mutants import Mutant, digest
from tests.mutation.patching import patch_of
from tests.mutation.plugin import ALL_PASSED_SO_FAR, ENDLESS, Plugin
from tests.mutation.process import Outcome, forked, load_product, run_pytest

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
        self.has_loaded_product = False
        for line in file.read_text().splitlines() if file.exists() else ():
            one = json.loads(line)
            key = one.pop("key")
            self.results[key] = Result(**one)

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
                raise RuntimeError(f"{mutant}: the process ended with {outcome.status}\n{outcome.output[-3000:]}")
            by = outcome.failures[0] if outcome.failures else outcome.stopped or "set-up"
            if endless and by in chosen and by not in patient:
                patient.add(by)
                chosen[by] *= 3
            elif by not in chosen or self.passes(by, chosen[by]):
                return by, endless
            else:
                del chosen[by]
        return "", False

    def load_product(self) -> None:
        """From now on children have the product."""
        load_product(self.tree, self.lines.test_files())
        self.has_loaded_product = True

    def takes(self, mutant: Mutant) -> bool:
        """Whether it can be tried in this process: the product once loaded takes most changes, but not all."""
        return not self.has_loaded_product or self.patch_of(mutant) is not None

    def patch_of(self, mutant: Mutant) -> Callable[[], None] | None:
        if self.lines.runs_while_loading(mutant):
            return None
        before = (self.tree / mutant.path).read_text()
        return patch_of(self.tree, mutant.path, before, mutant.source(self.tree))

    def run(self, mutant: Mutant, source: str, chosen: dict[str, float]) -> Outcome:
        if self.has_loaded_product:
            return self.fork(chosen, self.patch_of(mutant))
        path = self.tree / mutant.path
        with restore_contents(path):
            path.write_text(source)
            return self.fork(chosen)

    def passes(self, test: str, limit: float) -> bool:
        """Whether a test passes alone and without any change; asked once for each."""
        if test not in self.sound:
            prepare = (lambda: None) if self.has_loaded_product else None
            self.sound[test] = self.fork({test: limit}, prepare).status == 0
            if not self.sound[test]:
                print(f"left out, as it fails alone without any mutant: {test}", flush=True)
        return self.sound[test]

    def fork(self, chosen: dict[str, float], prepare: Callable[[], None] | None = None) -> Outcome:
        """Asks the tests in a child that loads the product, or in one that has loaded it, once `prepare` has run."""
        files = list(dict.fromkeys(name.partition("::")[0] for name in chosen))

        def work(findings: Path) -> int:
            if prepare:
                prepare()
            return run_pytest(Plugin(self.running, findings, chosen, self.budget), files, "-x")

        return forked(self.tree, work, self.budget + max(chosen.values()) + 60, anew=prepare is None)
