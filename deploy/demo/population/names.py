"""Arabic names with their usual Latin spelling, most frequent first, and how one is drawn."""

from collections.abc import Container
from pathlib import Path
from random import Random

Pair = tuple[str, str]


def table(name: str) -> list[list[str]]:
    """The rows of a tab-separated list beside this module."""
    lines = (Path(__file__).parent / "lists" / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines]


def _pairs(name: str) -> tuple[Pair, ...]:
    return tuple((arabic, latin) for arabic, latin in table(name))


MEN = _pairs("men")
WOMEN = _pairs("women")
FAMILIES = _pairs("families")


def given_name(random: Random, sex: str, taken: Container[Pair] = ()) -> Pair:
    """A given name nobody in `taken` bears, as long as one is left; the front of the list comes up more often."""
    names = MEN if sex == "M" else WOMEN
    drawn = names[int(len(names) * random.random() ** 1.5)]
    while drawn in taken:
        drawn = names[int(len(names) * random.random())]
    return drawn


def family(random: Random) -> Pair:
    """A family name."""
    return FAMILIES[int(len(FAMILIES) * random.random())]
