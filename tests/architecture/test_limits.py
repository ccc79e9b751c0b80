"""A test that waits for threads, processes or each other gives up after a while: one that hangs tells nobody why."""

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
# Barriers carry their limit from where they are made.
BARRIERS = frozenset({"barrier", "both_busy", "meet", "start"})


def endless(source: str) -> list[int]:
    """Lines of barriers without a limit, and of `join()` and `wait()` that may never end."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [call.lineno for call in calls if is_endless_barrier(call) or is_endless_wait(call)]


def is_endless_barrier(call: ast.Call) -> bool:
    return ast.unparse(call.func).endswith("Barrier") and "timeout" not in {keyword.arg for keyword in call.keywords}


def is_endless_wait(call: ast.Call) -> bool:
    if not isinstance(call.func, ast.Attribute) or call.args or call.keywords:
        return False
    return call.func.attr in ("join", "wait") and ast.unparse(call.func.value) not in BARRIERS


def test_nothing_waits_for_ever() -> None:
    # Programs that people watch are not tests: the benches, and the runner of the shifted clock.
    watched = [TESTS / "benchmarks", TESTS / "clock/__main__.py"]
    files = [path for path in TESTS.rglob("*.py") if not any(path.is_relative_to(one) for one in watched)]
    assert {str(path): lines for path in files if (lines := endless(path.read_text()))} == {}


def test_what_never_ends_is_found() -> None:
    assert endless("threading.Barrier(2)\nthread.join()\nprocess.wait()\n") == [1, 2, 3]
    assert (
        endless("Barrier(2, timeout=9)\nthread.join(9)\n', '.join(x)\nbarrier.wait()\nprocess.wait(timeout=3)\n") == []
    )
