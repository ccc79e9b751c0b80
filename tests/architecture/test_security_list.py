"""The list of security points is whole, and every test and file that it names exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LIST = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+) \|$", LIST, re.M)
TESTS = {str(path.relative_to(ROOT / "tests")): path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/*.py")}
SERVED = ROOT / "services" / "gateway"


def test_every_point_has_something_to_show() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 69))
    assert all(point.strip() and shown.strip() for _, point, shown in ROWS)


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([^`]+\.py(?:::\w+)?)`", LIST))))
def test_every_file_that_is_named_exists(named: str) -> None:
    name, _, function = named.partition("::")
    found = [text for path, text in TESTS.items() if path.endswith(f"/{name}") or path == name]
    assert found or (ROOT / name).exists() or (SERVED / name).exists(), named
    assert not function or any(f"def {function}(" in text for text in found), named


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`((?:test_|Test)\w+(?:::\w+)?)`", LIST))))
def test_every_test_that_is_named_exists(named: str) -> None:
    for name in named.split("::"):
        assert any(f"def {name}(" in text or f"class {name}" in text for text in TESTS.values()), named
