"""The sample: modules, positions in them, and one change of each position that was drawn."""

import ast
import hashlib
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutation.operators import operators

# Rules, money, access with the walls between missions, and the status table.
TARGETS = (
    "services/*/rules.py",
    "services/*/rules/*.py",
    "services/*/*/rules.py",
    "services/*/*/rules/*.py",
    "shared/catalogue/conditions.py",
    "services/consular/payments/**/*.py",
    "shared/values/money.py",
    "services/gateway/web/access.py",
    "shared/identity/access.py",
    "shared/database/db.py",
    "services/consular/applications/transitions.py",
    "services/consular/applications/update.py",
)
Position = tuple[str, int, int, int, int, str]


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    path: str
    operator: str
    occurrence: int
    first_line: int
    last_line: int

    def source(self, root: Path) -> str:
        """The changed module."""
        changed = mutate_code((root / self.path).read_text(), operators()[self.operator], self.occurrence)
        if changed is None:
            raise LookupError(f"{self.path} has no {self.operator} number {self.occurrence}")
        return str(changed)


@dataclass(frozen=True)
class Module:
    """A module and where it may be changed."""

    root: Path
    path: str

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text()

    def positions(self) -> dict[Position, list[Mutant]]:
        """The changes by position: a sum has a dozen, and must not outweigh a comparison."""
        nodes, excluded = list(ast_nodes(get_ast(self.text))), self.held_by_types()
        found: dict[Position, list[Mutant]] = defaultdict(list)
        for name, operator in operators().items():
            places = [place for node in nodes for place in operator.mutation_positions(node)]
            for occurrence, (start, end) in enumerate(places):
                if start not in excluded:
                    kind = name.split("_")[0]
                    found[self.path, *start, *end, kind].append(Mutant(self.path, name, occurrence, start[0], end[0]))
        return found

    def held_by_types(self) -> set[tuple[int, int]]:
        """Where types stand and classes are said to be frozen: the type checker holds both, and nothing runs there."""
        written = [node for top in ast.walk(ast.parse(self.text)) for node in typed(top)]
        lines = self.text.splitlines()
        return {
            (line, column)
            for node in written
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
            for column in range(len(lines[line - 1]) + 1)
            if (node.lineno, node.col_offset) <= (line, column) < (node.end_lineno or 0, node.end_col_offset or 0)
        }


def typed(node: ast.AST) -> Iterator[ast.expr]:
    if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation is not None:
        yield node.annotation
    if isinstance(node, ast.FunctionDef) and node.returns is not None:
        yield node.returns
    if isinstance(node, ast.ClassDef):
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "dataclass":
                yield from (keyword.value for keyword in decorator.keywords)
                yield decorator


def targets(root: Path) -> list[str]:
    """The modules by path, without tables, whose columns the revisions make, and without empty packages."""
    found = {path for pattern in TARGETS for path in root.glob(pattern) if path.name != "model.py"}
    return sorted(path.relative_to(root).as_posix() for path in found if len(path.read_text().splitlines()) > 1)


def draw(root: Path, size: int, seed: int) -> list[Mutant]:
    """As many positions as asked, with one change of each; the same for the same code and seed."""
    chance = random.Random(seed)  # noqa: S311
    positions = {place: mutants for path in targets(root) for place, mutants in Module(root, path).positions().items()}
    drawn = chance.sample(sorted(positions), min(size, len(positions)))
    return [chance.choice(positions[place]) for place in drawn]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
