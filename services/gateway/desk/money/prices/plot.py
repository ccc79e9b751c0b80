"""The picture of a simulated tariff: for each day of last month two bars, what was owed and what would have been."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

HEIGHT, BAR, GAP = 120, 8, 6


@dataclass(frozen=True)
class Bar:
    """A rectangle of the picture; its top is at `y`, and it stands on the ground line at HEIGHT."""

    x: int
    y: int
    height: int
    kind: str
    day: str


@dataclass(frozen=True)
class Plot:
    """The picture: its width, its bars, and the sum that the highest of them stands for, in minor units."""

    width: int
    bars: Sequence[Bar]
    highest: int


def draw(days: Sequence[Mapping[str, Any]]) -> Plot | None:
    """The picture of a simulation's days; None where nothing was charged."""
    highest = max((max(int(day["before"]), int(day["after"])) for day in days), default=0)
    if not highest:
        return None
    bars: list[Bar] = []
    for place, day in enumerate(days):
        left = place * (2 * BAR + GAP)
        for offset, kind in ((0, "before"), (BAR, "after")):
            height = max(1, int(day[kind]) * HEIGHT // highest)
            bars.append(Bar(left + offset, HEIGHT - height, height, kind, str(day["day"])))
    return Plot(len(days) * (2 * BAR + GAP) - GAP, bars, highest)
