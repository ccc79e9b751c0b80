"""A drawing of bars, one below the other, each as long as its value."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.gateway.web.language import chosen

WIDTH, ROW, GAP = 320, 18, 6


@dataclass(frozen=True)
class Line:
    """One bar: where it begins, how long it is and where it stands."""

    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Drawing:
    """The bars and the size of their drawing."""

    lines: Sequence[Line]
    width: int
    height: int


def draw(values: Sequence[float]) -> Drawing | None:
    """Bars that begin where reading begins; None where every value is nothing."""
    highest = max(values, default=0)
    if highest <= 0:
        return None
    lines = []
    for place, value in enumerate(values):
        width = max(1, round(WIDTH * value / highest)) if value > 0 else 0
        x = 0 if chosen().direction == "ltr" else WIDTH - width
        lines.append(Line(x, place * (ROW + GAP), width))
    return Drawing(lines, WIDTH, len(lines) * (ROW + GAP) - GAP)
