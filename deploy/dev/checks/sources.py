"""Which Python files the checks look at."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
PRODUCT = ("services", "shared", "deploy")


def product() -> list[Path]:
    """Every module of the product but its migrations, which are history and grow no better by being short."""
    paths = [path for package in PRODUCT for path in sorted((ROOT / package).rglob("*.py"))]
    return [path for path in paths if "migrations" not in path.relative_to(ROOT).parts]


def python() -> list[Path]:
    """Every module of the product and of its tests."""
    return [*product(), *sorted((ROOT / "tests").rglob("*.py"))]


def templates() -> list[Path]:
    """Pages and papers."""
    return [path for package in PRODUCT for path in sorted((ROOT / package).rglob("*.html"))]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), str(path))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))
