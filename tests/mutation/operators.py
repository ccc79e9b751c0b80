"""What may be changed: the operators of cosmic-ray, and two that leave one thing out."""

from collections.abc import Iterator
from typing import Any

import cosmic_ray.plugins
from cosmic_ray.ast import get_ast
from cosmic_ray.operators.operator import Operator

Positions = Iterator[tuple[tuple[int, int], tuple[int, int]]]


class DropArgument(Operator):  # type: ignore[misc]
    """Leaves out one named argument of a call."""

    def mutation_positions(self, node: Any) -> Positions:
        if node.type in ("arglist", "trailer"):
            for child in node.children:
                if child.type == "argument" and child.children[1] == "=":
                    yield child.start_pos, child.end_pos

    def mutate(self, node: Any, index: int) -> Any:
        named = [child for child in node.children if child.type == "argument" and child.children[1] == "="]
        return without(node, named[index])

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


class DropEntry(Operator):  # type: ignore[misc]
    """Leaves out one entry of a mapping that is written out."""

    def mutation_positions(self, node: Any) -> Positions:
        if node.type == "dictorsetmaker":
            for place, child in enumerate(node.children):
                if child == ":":
                    yield node.children[place - 1].start_pos, node.children[place + 1].end_pos

    def mutate(self, node: Any, index: int) -> Any:
        colon = [place for place, child in enumerate(node.children) if child == ":"][index]
        del node.children[colon - 1 : colon + 3]
        return node

    @classmethod
    def examples(cls) -> tuple[()]:
        return ()


def without(node: Any, child: Any) -> Any:
    """The node without this child and the comma behind it."""
    place = node.children.index(child)
    last = place + 1
    if last < len(node.children) and node.children[last] == ",":
        last += 1
    del node.children[place:last]
    return node if node.children else get_ast("")


def operators() -> dict[str, Operator]:
    """All that need no arguments, by name."""
    named = {
        name.partition("/")[2]: cosmic_ray.plugins.get_operator(name) for name in cosmic_ray.plugins.operator_names()
    }
    own = {"DropArgument": DropArgument, "DropEntry": DropEntry}
    return {name: kind() for name, kind in sorted((named | own).items()) if not kind.arguments()}
