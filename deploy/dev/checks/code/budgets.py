"""Are modules and functions short enough to be read at one sitting?"""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from deploy.dev.checks import sources

MODULE_MEDIAN, MODULE_LONGEST = 90, 300
FUNCTION_MEDIAN, FUNCTION_LONGEST = 10, 40

Function = ast.FunctionDef | ast.AsyncFunctionDef


def complaints() -> list[str]:
    paths = sources.product()
    modules = {sources.name(path): len(path.read_text().splitlines()) for path in paths}
    written = {name: lines for name, lines in modules.items() if lines}
    functions = {f"{sources.name(path)}:{one.lineno} {one.name}": one for path in paths for one in functions_of(path)}
    lengths = {name: lines_of(one) for name, one in functions.items()}
    return [
        *judged("module", written, MODULE_MEDIAN, MODULE_LONGEST),
        *judged("function", lengths, FUNCTION_MEDIAN, FUNCTION_LONGEST),
        *(f"{name} has no return type" for name, one in functions.items() if one.returns is None),
        *(f"{sources.name(path)} does not say why it exists" for path in paths if not documented(path)),
    ]


def judged(what: str, lengths: dict[str, int], allowed_median: int, allowed_longest: int) -> Iterator[str]:
    middle, longest = median(lengths.values()), max(lengths, key=lengths.__getitem__)
    print(
        f"    {len(lengths)} {what}s: median {middle:g} lines (allowed {allowed_median}), "
        f"longest {lengths[longest]} (allowed {allowed_longest})"
    )
    if middle > allowed_median:
        yield f"the median {what} has {middle:g} lines"
    for name, lines in lengths.items():
        if lines > allowed_longest:
            yield f"{name} has {lines} lines"


def functions_of(path: Path) -> Iterator[Function]:
    for node in ast.walk(sources.tree(path)):
        if isinstance(node, Function):
            yield node


def lines_of(function: Function) -> int:
    """From `def` to the end, the docstring among it."""
    assert function.end_lineno is not None
    return function.end_lineno - function.lineno + 1


def documented(path: Path) -> bool:
    module = sources.tree(path)
    return not module.body or ast.get_docstring(module) is not None
