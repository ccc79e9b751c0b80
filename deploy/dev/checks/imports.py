"""Does the code import in one direction only, and load heavy libraries only where they are used?"""

import ast
import graphlib
import subprocess
import sys
from pathlib import Path

import grimp

from deploy.dev.checks import sources

# Loaded inside the function that needs them, never with the module.
LATE = frozenset({"weasyprint", "alembic"})


def complaints() -> list[str]:
    return [*broken_contracts(), *cycle(), *early()]


def broken_contracts() -> list[str]:
    lint = str(Path(sys.executable).with_name("lint-imports"))
    done = subprocess.run([lint, "--no-logo"], cwd=sources.ROOT, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    print(f"    {lines[-1] if done.returncode == 0 else 'import contracts are broken'}")
    return [] if done.returncode == 0 else lines or done.stderr.splitlines()


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
