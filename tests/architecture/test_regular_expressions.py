"""No pattern of ours takes time that doubles with each sign: no repetition without end stands within another one.

But for one whose rounds each begin by a sign of their own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
FUNCTIONS = frozenset({"compile", "fullmatch", "match", "search", "sub", "split", "findall", "finditer", "subn"})


def patterns() -> Iterator[tuple[str, str | bytes]]:
    """Every pattern that is written out in the product, with its place."""
    for folder in ("services", "shared"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if is_pattern(node):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.args[0].value  # type: ignore[attr-defined]


def is_pattern(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or not node.args:
        return False
    name, first = node.func.value, node.args[0]
    is_of_re = isinstance(name, ast.Name) and name.id == "re" and node.func.attr in FUNCTIONS
    return is_of_re and isinstance(first, ast.Constant) and isinstance(first.value, str | bytes)


def has_nested_repetition(pattern: str | bytes) -> bool:
    return _nested(re._parser.parse(pattern), False)


def _nested(parsed: Any, is_within: bool) -> bool:
    """Whether a repetition without end stands within another one. `parsed`: a part of a pattern, or its arguments."""
    if not isinstance(parsed, tuple | list | re._parser.SubPattern):
        return False
    if isinstance(parsed, tuple) and len(parsed) == 2 and str(parsed[0]) in ("MAX_REPEAT", "MIN_REPEAT"):
        is_endless = parsed[1][1] is re._constants.MAXREPEAT  # type: ignore[attr-defined]
        begins = not is_endless or _begins_alike(parsed[1][2])
        return (is_endless and is_within) or _nested(parsed[1][2], is_within or (is_endless and begins))
    return any(_nested(part, is_within) for part in parsed)


def _begins_alike(repeated: Any) -> bool:
    """Whether a round may begin by what the round before may end with; a sign of its own keeps rounds apart."""
    return str(repeated[0][0]) != "LITERAL" or len(repeated) == 1


def test_no_endless_repetition_stands_within_another() -> None:
    found = list(patterns())
    assert len(found) > 40
    assert [place for place, pattern in found if has_nested_repetition(pattern)] == []


@pytest.mark.parametrize(
    ("pattern", "is_nested"),
    [
        (r"(a+)+$", True),
        (rb"(?:\s*x?)*", True),
        (r"((a|b*)c?)+?", True),
        (r"(?: [A-Z]+)*", False),
        (r"(ab?)+", False),
        (r"a+b+", False),
    ],
)
def test_a_nested_repetition_is_found(pattern: str | bytes, is_nested: bool) -> None:
    assert has_nested_repetition(pattern) is is_nested
