"""A test that expects a refusal says which: its code is compared exactly."""

import ast
from functools import cache
from pathlib import Path

from shared.errors import Refusal
from tests.factories import refusals

TESTS = Path(__file__).resolve().parents[1]


@cache
def kinds() -> set[str]:
    """Names of all refusals, those of the product's parts included."""
    root = TESTS.parent
    classes = [
        node
        for top in ("services", "shared", "deploy")
        for path in (root / top).rglob("*.py")
        if "Refusal" in (text := path.read_text()) or "shared.errors" in text
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef)
    ]
    known = {Refusal.__name__}
    while found := {
        one.name for one in classes if one.name not in known and known & {ast.unparse(base) for base in one.bases}
    }:
        known |= found
    return known


def bare(source: str, names: set[str]) -> list[int]:
    """Lines that expect a refusal by its class alone, or by a pattern, which a longer code meets as well."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and node.args]
    return [
        call.lineno
        for call in calls
        if ast.unparse(call.func) in ("pytest.raises", "raises")
        and names & {one.id for one in ast.walk(call.args[0]) if isinstance(one, ast.Name)}
    ]


def test_no_test_expects_a_refusal_without_its_code() -> None:
    names = kinds()
    files = {path: path.read_text() for path in TESTS.rglob("*.py") if path != Path(refusals.__file__)}
    expecting = {path: text for path, text in files.items() if "raises(" in text}
    assert {str(path): lines for path, text in expecting.items() if (lines := bare(text, names))} == {}


def test_a_bare_one_is_found() -> None:
    assert {"Refusal", "Conflict", "NotFound", "WrongPerson"} <= kinds()
    assert bare("with pytest.raises(Conflict):\n    x()\n", kinds()) == [1]
    assert bare("with pytest.raises((NotFound, ValueError), match='a'):\n    x()\n", kinds()) == [1]
    assert bare("with pytest.raises(ValueError), refuses('a', Conflict):\n    x()\n", kinds()) == []
