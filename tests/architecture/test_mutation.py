"""A mutant is brought into loaded modules as it stands in the source, or is left to a process that loads them anew."""

import importlib
from pathlib import Path

import pytest

from tests.mutation.patching import patch_of

SOURCE = """
LIMIT = 3
TABLE = {"a": 1, "b": LIMIT}


class Judge:
    word = "yes"

    def judge(self, count: int, most: int = 5) -> str:
        return self.word if count < most else "no"


def twice(value: int) -> int:
    def inner(one: int) -> int:
        return one + one

    return inner(value)
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """Where a module named after the test stands."""
    name = "mutated_" + str(abs(hash(request.node.nodeid)))
    (tmp_path / f"{name}.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("count < most", "count >= most", ("no", {"a": 1, "b": 3}, 4)),
        ("one + one", "one * one * one", ("yes", {"a": 1, "b": 3}, 8)),
        ('{"a": 1, "b": LIMIT}', '{"b": LIMIT}', ("yes", {"b": 3}, 4)),
        ('{"a": 1, "b": LIMIT}', '{"a": 2, "b": LIMIT}', ("yes", {"a": 2, "b": 3}, 4)),
    ],
)
def test_a_function_and_a_mapping_change_wherever_they_are_held(
    root: Path, before: str, after: str, expected: tuple[str, dict[str, int], int]
) -> None:
    (file,) = root.glob("*.py")
    module = importlib.import_module(file.stem)
    judge, table, twice = module.Judge().judge, module.TABLE, module.twice
    patch = patch_of(root, file.name, SOURCE, SOURCE.replace(before, after))
    assert patch is not None and (judge(1), table, twice(2)) == ("yes", {"a": 1, "b": 3}, 4)
    patch()
    assert (judge(1), table, twice(2)) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ('word = "yes"', 'word = "no"'),
        ("most: int = 5", "most: int = 6"),
        ("def twice", "def thrice"),
        ("    return inner(value)\n", "    return inner(value)\n\n\ndef more() -> None: ...\n"),
    ],
)
def test_what_loading_made_is_left_to_a_process_of_its_own(root: Path, before: str, after: str) -> None:
    (file,) = root.glob("*.py")
    assert patch_of(root, file.name, SOURCE, SOURCE.replace(before, after)) is None
