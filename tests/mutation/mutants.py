"""The sample: modules, positions in them, and one change of each position that was drawn."""

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import islice
from pathlib import Path

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tests.mutation.operators import operators

# What is changed, by area. A module belongs to the first area that names it.
AREAS = {
    "money": ("services/consular/payments/**/*.py", "shared/values/money.py"),
    "rules": (
        "services/*/rules.py",
        "services/*/rules/*.py",
        "services/*/*/rules.py",
        "services/*/*/rules/*.py",
        "shared/catalogue/conditions.py",
    ),
    "access": ("services/gateway/web/access/pages.py", "shared/identity/access.py", "shared/database/db.py"),
    "status table": (
        "services/consular/applications/transitions.py",
        "services/consular/applications/update.py",
    ),
}
Position = tuple[str, int, int, int, int, str]


@dataclass(frozen=True)
class Mutant:
    """One change of one module."""

    path: str
    operator: str
    occurrence: int
    first_line: int
    last_line: int

    @cache  # noqa: B019
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


def targets(root: Path) -> dict[str, str]:
    """The modules with their areas, without tables, whose columns the revisions make, and without empty packages."""
    found: dict[str, str] = {}
    for area, patterns in AREAS.items():
        for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
            if path.name != "model.py" and len(path.read_text().splitlines()) > 1:
                found.setdefault(path.relative_to(root).as_posix(), area)
    return dict(sorted(found.items()))


def draw(root: Path, size: int, seed: int) -> list[Mutant]:
    """As many positions as asked, with one change of each. A change of the code redraws only the lines it touches."""
    ranked: dict[str, list[Mutant]] = {}
    for path in targets(root):
        module, seen = Module(root, path), Counter[str]()
        lines = module.text.splitlines()
        for place, mutants in sorted(module.positions().items()):
            what = f"{path} {lines[place[1] - 1].strip()} {place[5]}"
            seen[what] += 1
            ranked[digest(f"{seed} {what} {seen[what]}")] = mutants
    drawn: list[Mutant] = []
    for rank, mutants in sorted(ranked.items()):
        by_chance = sorted(mutants, key=lambda one: digest(f"{rank} {one.operator}"))
        drawn += islice((one for one in by_chance if is_python(one.source(root))), 1)
        if len(drawn) == size:
            break
    return drawn


def is_python(text: str) -> bool:
    """Whether it can be compiled at all: `**` before a mapping, too, is changed to what stands there nowhere."""
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
