"""Which Python files the checks look at."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
PRODUCT = ("services", "shared", "deploy")


@cache
def tracked() -> frozenset[Path] | None:
    """The files under version control; None outside a repository, where every file counts."""
    command = ["git", "ls-files", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    names = [name for name in done.stdout.split("\0") if name]
    return frozenset(ROOT / name for name in names) if done.returncode == 0 and names else None


def is_tracked(path: Path) -> bool:
    """Whether a file is one of the product: what lies about beside it is nobody's complaint."""
    known = tracked()
    return known is None or path in known


def tracked_files(ending: str) -> list[Path]:
    """The product's files of this ending, in order."""
    paths = [path for package in PRODUCT for path in sorted((ROOT / package).rglob(f"*{ending}"))]
    return [path for path in paths if is_tracked(path)]


def product() -> list[Path]:
    """Every module of the product but its migrations, which are history and grow no better by being short."""
    return [path for path in tracked_files(".py") if "migrations" not in path.relative_to(ROOT).parts]


def python() -> list[Path]:
    """Every module of the product and of its tests."""
    return [*product(), *sorted((ROOT / "tests").rglob("*.py"))]


def templates() -> list[Path]:
    """Pages and papers."""
    return tracked_files(".html")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
