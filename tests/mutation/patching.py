"""Changes modules that are loaded already, so that a mutant need not wait for them to load: functions and mappings."""

import ast
import gc
import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

Key = tuple[str, int]
ASSIGNMENTS = (ast.Assign, ast.AnnAssign)


def patch_of(root: Path, path: str, before: str, after: str) -> Callable[[], None] | None:
    """What brings the change into this process; None if it reaches what was made as modules were loaded."""
    module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
    code, mappings = changed_functions(root / path, before, after), changed_mappings(module, before, after)
    if code is None or mappings is None or not (code or mappings):
        return None
    found = [(one, code[key]) for key in code for one in loaded_functions(root / path, before, key)]
    if len(found) < sum("<locals>" not in name for name, _ in code):
        return None

    def patch() -> None:
        for function, changed in found:
            function.__code__ = changed
        for mapping, entries in mappings:
            mapping.clear()
            mapping.update(entries)

    return patch


def changed_functions(file: Path, before: str, after: str) -> dict[Key, CodeType] | None:
    """The new code of each function that differs; None if the functions are others."""
    olds, news = (dict(functions(compile(text, str(file), "exec"))) for text in (before, after))
    if olds.keys() != news.keys():
        return None
    return {key: news[key] for key in olds if outline(olds[key]) != outline(news[key])}


def functions(code: CodeType) -> Iterator[tuple[Key, CodeType]]:
    """Every function below, by its name and which of that name it is."""
    seen = Counter[str]()
    waiting = [code]
    while waiting:
        for one in waiting.pop(0).co_consts:
            if isinstance(one, CodeType):
                waiting.append(one)
                if one.co_flags & inspect.CO_OPTIMIZED:
                    seen[one.co_qualname] += 1
                    yield (one.co_qualname, seen[one.co_qualname]), one


def outline(code: CodeType) -> tuple[object, ...]:
    """What the code does, without line numbers."""
    constants = [outline(one) if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, code.co_flags, tuple(constants)


def loaded_functions(file: Path, before: str, key: Key) -> list[FunctionType]:
    """Wherever they are held: a decorator keeps the function that it wraps."""
    code = dict(functions(compile(before, str(file), "exec")))[key]
    identity = (code.co_qualname, code.co_firstlineno)
    return [one for one in functions_from(file) if (one.__code__.co_qualname, one.__code__.co_firstlineno) == identity]


@cache
def functions_from(file: Path) -> list[FunctionType]:
    """Every loaded function that the file has made; looked up once, as there are a million objects to look through."""
    return [one for one in gc.get_objects() if isinstance(one, FunctionType) and one.__code__.co_filename == str(file)]


def changed_mappings(module: ModuleType, before: str, after: str) -> list[tuple[dict[Any, Any], dict[Any, Any]]] | None:
    """Each mapping of the module that differs, with what it holds after the change; None if anything else differs."""
    olds, news = ast.parse(before).body, ast.parse(after).body
    if len(olds) != len(news):
        return None
    differing = [(old, new) for old, new in zip(olds, news, strict=True) if loading_part(old) != loading_part(new)]
    if not differing:
        return []
    if not all(isinstance(one, ASSIGNMENTS) for pair in differing for one in pair):
        return None
    names = dict(vars(module))
    for one in news:
        if isinstance(one, ASSIGNMENTS):
            try:
                exec(compile(ast.Module([one], []), "changed", "exec"), names)  # noqa: S102
            except Exception:
                return None
    changed = [(value, names[name]) for name, value in vars(module).items() if is_changed(value, names[name])]
    return changed if all(isinstance(one, dict) for pair in changed for one in pair) else None


def is_changed(old: object, new: object) -> bool:
    return old is not new and repr(old) != repr(new)


def loading_part(statement: ast.stmt) -> str:
    """What of a statement runs as the module is loaded, with the names of the functions alone."""
    for one in ast.walk(statement):
        if isinstance(one, ast.FunctionDef):
            one.body = [ast.Pass()]
    return ast.dump(statement)
