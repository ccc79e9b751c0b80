"""Which test runs which line: measured once, kept, and measured anew for test files that changed."""

import ast
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage

from deploy.dev.servers.postgres import Postgres
from tests.mutation.mutants import Mutant, digest, targets
from tests.mutation.plugin import Plugin
from tests.mutation.process import forked, run_pytest

# The near kinds. What a journey alone notices lacks a test beside its module.
TESTS = ("tests/unit", "tests/architecture", "tests/service", "tests/contract")
# These start servers and processes of their own, or draw pages: no rule is tested there.
SKIPPED = (
    "tests/service/deploy",
    "tests/unit/deploy",
    "tests/unit/shared/documents",
    "tests/unit/civil_registry/documents",
    "tests/unit/consular/documents",
    "tests/unit/gateway/static",
    "tests/contract/test_bus.py",
    "tests/contract/test_rabbitmq.py",
    "tests/contract/test_worker.py",
    "tests/architecture/test_checks.py",
    "tests/architecture/test_compose.py",
)
# Files measured in one process: what is measured is kept when a run is broken off.
TOGETHER, LIMIT = 8, 3600.0


@dataclass
class CoverageMap:
    """Lines by module for each test, seconds for each test."""

    file: Path
    tree: Path
    kinds: tuple[str, ...] = TESTS
    tests: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Lines that run while modules are loaded, by module.
    loading: dict[str, set[int]] = field(default_factory=dict)

    def measure(self, running: Postgres) -> None:
        """Measures what is not known: tests of files that changed, and tests that run a module that changed."""
        stored = json.loads(self.file.read_text()) if self.file.exists() else {}
        modules = {path: digest((self.tree / path).read_text()) for path in targets(self.tree)}
        asked = self.test_files()
        known_before = [name for name in stored.get("files", {}) if (self.tree / name).exists()]
        files = {name: digest((self.tree / name).read_text()) for name in (*asked, *known_before)}
        same = {path for path, value in stored.get("modules", {}).items() if modules.get(path) == value}
        outdated = {
            name.partition("::")[0]
            for name, one in stored.get("tests", {}).items()
            if not same.issuperset(one["lines"])
        }
        known = {name for name, value in stored.get("files", {}).items() if files.get(name) == value} - outdated
        self.tests = {name: one for name, one in stored.get("tests", {}).items() if name.partition("::")[0] in known}
        self.loading = {path: set(lines) for path, lines in stored.get("loading", {}).items() if path in same}
        missing = [name for name in asked if name not in known]
        for first in range(0, len(missing), TOGETHER):
            print(f"measuring which lines the tests of {len(missing) - first} files run", flush=True)
            part = missing[first : first + TOGETHER]
            self.tests |= self.covered_by(running, part)
            known |= set(part)
            kept = {
                "modules": modules,
                "files": {name: files[name] for name in known},
                "tests": self.tests,
                "loading": {path: sorted(lines) for path, lines in self.loading.items()},
            }
            self.file.write_text(json.dumps(kept))

    def test_files(self) -> list[str]:
        """By kind, the quickest first."""
        found = [path for top in self.kinds for path in sorted((self.tree / top).rglob("test_*.py"))]
        names = [path.relative_to(self.tree).as_posix() for path in found]
        return [name for name in names if not name.startswith(SKIPPED)]

    def covered_by(self, running: Postgres, files: list[str]) -> dict[str, dict[str, Any]]:
        data = self.tree.parent / "coverage.data"

        def work(findings: Path) -> int:
            data.unlink(missing_ok=True)
            included = [str(self.tree / path) for path in targets(self.tree)]
            measured = coverage.Coverage(data_file=str(data), include=included, config_file=False)
            plugin = Plugin(running, findings, budget=LIMIT)
            plugin.around = measured.switch_context
            measured.start()
            status = run_pytest(plugin, files)
            measured.stop()
            measured.save()
            return status

        outcome = forked(self.tree, work, LIMIT)
        if outcome.status not in (0, 1):
            raise RuntimeError(outcome.output[-3000:])
        for name in outcome.failures:
            print(f"left out, as it fails without any mutant: {name}", flush=True)
        return self.by_test(data, outcome.durations, set(outcome.failures))

    def by_test(self, data: Path, durations: Any, failed: set[str]) -> dict[str, dict[str, Any]]:
        stored = coverage.CoverageData(str(data))
        stored.read()
        found: dict[str, dict[str, Any]] = {}
        for name, seconds in durations.items():
            if name not in failed:
                found[name] = {"seconds": round(seconds, 3), "lines": {}}
        for file in stored.measured_files():
            path = Path(file).relative_to(self.tree).as_posix()
            for line, contexts in stored.contexts_by_lineno(file).items():
                if "" in contexts:
                    self.loading.setdefault(path, set()).add(line)
                for context in contexts:
                    if context in found:
                        found[context]["lines"].setdefault(path, []).append(line)
        return found

    def chosen(self, mutant: Mutant) -> dict[str, float]:
        """The tests that can notice, the promising ones first, with the seconds each may take."""
        lines = statement_lines((self.tree / mutant.path).read_text(), mutant)
        noticing = [
            name
            for name, one in self.tests.items()
            if (mutant.path in one["lines"] and (lines is None or lines & set(one["lines"][mutant.path])))
            or (lines is None and self.is_beside(name, mutant.path))
        ]
        near = {name for name in self.test_files() if self.is_beside(name, mutant.path)}
        rank = {
            name: (not name.startswith(("tests/unit", "tests/arch")), name.partition("::")[0] not in near)
            for name in noticing
        }
        ordered = sorted(noticing, key=lambda name: (*rank[name], self.tests[name]["seconds"]))
        return {name: 15 + 15 * self.tests[name]["seconds"] for name in ordered}

    def runs_while_loading(self, mutant: Mutant) -> bool:
        """Whether the change stands in a function that is called as modules are loaded."""
        lines = statement_lines((self.tree / mutant.path).read_text(), mutant)
        return lines is not None and bool(lines & self.loading.get(mutant.path, set()))

    def is_beside(self, test: str, module: str) -> bool:
        """Whether the test's file imports the module."""
        return module in imported_by(self.tree / test.partition("::")[0])


def statement_lines(text: str, mutant: Mutant) -> set[int] | None:
    """The lines of the changed statement; None if it runs when the module is imported."""
    tree = ast.parse(text)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    if not any(one.body[0].lineno <= mutant.first_line <= (one.end_lineno or 0) for one in functions):
        return None
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt) and node.lineno <= mutant.first_line <= (node.end_lineno or 0)
    ]
    inner = max(around, key=lambda node: (node.lineno, -(node.end_lineno or 0)))
    body = getattr(inner, "body", None)
    last = body[0].lineno - 1 if body else inner.end_lineno or inner.lineno
    return set(range(inner.lineno, max(last, inner.lineno) + 1))


IMPORTS: dict[Path, frozenset[str]] = {}


def imported_by(file: Path) -> frozenset[str]:
    """Paths of the modules that a file names in its imports."""
    if file not in IMPORTS:
        IMPORTS[file] = frozenset(names(ast.walk(ast.parse(file.read_text()))))
    return IMPORTS[file]


def names(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            whole = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
            yield from (name.replace(".", "/") + ".py" for name in whole)
