"""Do modules, classes and functions bear the field's terms? words.csv names the others, and what to write instead."""

import ast
import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from deploy.dev.checks import sources

Named = ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
TABLE = Path(__file__).with_name("words.csv")
PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


class Entry(NamedTuple):
    """A word that names shall not contain, what to write instead, and the names in which it is the field's term."""

    word: str
    instead: str
    exceptions: tuple[str, ...]


def complaints() -> list[str]:
    entries = read_table()
    names = [name for path in sources.python() for name in names_in(path)]
    print(f"    {len(names)} names, {len(entries)} words to avoid")
    return [complaint for place, name in names for complaint in judge(entries, place, name)]


def read_table() -> list[Entry]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [Entry(row["word"], row["write"], exceptions_of(row["except"])) for row in csv.DictReader(file)]


def exceptions_of(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|") if part.strip())


def names_in(path: Path) -> Iterator[tuple[str, str]]:
    """Where, and the name: of the module, its classes and its functions. A test's name is a sentence."""
    place = sources.name(path)
    yield place, path.stem
    for node in ast.walk(sources.tree(path)):
        if isinstance(node, Named) and not node.name.startswith("test_"):
            yield f"{place}:{node.lineno}", node.name


def judge(entries: list[Entry], place: str, name: str) -> Iterator[str]:
    words = f"_{words_of(name)}_"
    for entry in entries:
        rest = words
        for exception in entry.exceptions:
            rest = rest.replace(f"_{exception}_", "__")
        if f"_{entry.word}_" in rest:
            yield f"{place}: {name} says {entry.word}; write {entry.instead}"


def words_of(name: str) -> str:
    """In lower case with underscores, whichever case the name is in."""
    return "_".join(part.lower() for part in PARTS.findall(name))
