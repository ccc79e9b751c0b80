"""A test module is read by itself: what two of them need stands in tests/factories or in a conftest."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEST_MODULE = re.compile(r"\btests\.(?:\w+\.)*test_\w+")


def imported_test_modules(source: str, package: str) -> list[str]:
    """The test modules that a module names: in an import, also a relative one, and in a program it writes out."""
    named: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            named += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = ".".join(parts[: len(parts) - node.level + 1]) if node.level else ""
            module = ".".join(part for part in (above, node.module or "") if part)
            named += [module, *(f"{module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and "import" in node.value:
            named.append(node.value)
    return sorted({match for text in named for match in TEST_MODULE.findall(text)})


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from tests.service.test_desk import together", ["tests.service.test_desk"]),
        ("from tests.service import test_desk", ["tests.service.test_desk"]),
        ("import tests.service.test_desk as desk", ["tests.service.test_desk"]),
        ("from .test_desk import together", ["tests.service.test_desk"]),
        ("from ..unit.test_rules import PNG", ["tests.unit.test_rules"]),
        ("run('from tests.unit.test_rules import PNG')", ["tests.unit.test_rules"]),
        ("from tests.factories.payments import pay", []),
        ("from tests.conftest import officer", []),
    ],
)
def test_every_way_to_import_a_test_module_is_seen(source: str, expected: list[str]) -> None:
    assert imported_test_modules(source, "tests.service") == expected


def test_no_module_of_the_tests_imports_a_test_module() -> None:
    importers = {}
    for file in sorted((ROOT / "tests").rglob("*.py")):
        path = file.relative_to(ROOT)
        if path == Path(__file__).relative_to(ROOT):
            continue
        if modules := imported_test_modules(file.read_text(encoding="utf-8"), ".".join(path.parent.parts)):
            importers[path.as_posix()] = modules
    assert importers == {}
