"""Does the code import in one direction only, and load heavy libraries only where they are used?"""

import ast
import graphlib
import re
import subprocess
import sys
from pathlib import Path

import grimp

from deploy.dev.checks import sources

BROKEN = "Broken contracts\n----------------\n"
HEADED = re.compile(r"^(\S[^\n]*(?:\n[^\s-][^\n]*)*)\n(?:-{3,}\n)+", re.MULTILINE)
# Loaded inside the function that needs them, never with the module.
LATE = frozenset({"weasyprint", "alembic"})


def complaints() -> list[str]:
    return [*broken_contracts(), *cycle(), *early()]


def broken_contracts() -> list[str]:
    lint = str(Path(sys.executable).with_name("lint-imports"))
    done = subprocess.run([lint, "--no-logo"], cwd=sources.ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    print(f"    {lines[-1] if done.returncode == 0 else 'import contracts are broken'}")
    return [] if done.returncode == 0 else by_contract(done.stdout) or [done.stdout + done.stderr]


def by_contract(report: str) -> list[str]:
    """One complaint for each broken contract: its sentence, and the imports that break it."""
    _, _, broken = report.partition(BROKEN)
    parts = HEADED.split(broken)[1:]
    return [f"{' '.join(head.split())}\n{body.strip()}" for head, body in zip(parts[::2], parts[1::2], strict=True)]


def cycle() -> list[str]:
    graph = grimp.build_graph(*sources.PRODUCT, exclude_type_checking_imports=True, cache_dir=None)
    order = graphlib.TopologicalSorter({one: graph.find_modules_directly_imported_by(one) for one in graph.modules})
    try:
        order.prepare()
    except graphlib.CycleError as error:
        return [f"these import each other: {' -> '.join(error.args[1])}"]
    return []


def early() -> list[str]:
    return [
        f"{sources.name(path)}:{node.lineno} loads {name} with the module"
        for path in sources.product()
        for node in sources.tree(path).body
        for name in imported(node)
        if name in LATE and "migration" not in path.stem
    ]


def imported(node: ast.stmt) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name.split(".")[0] for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module.split(".")[0]]
    return []
