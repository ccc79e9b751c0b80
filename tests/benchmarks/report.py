"""What the rounds come to: one row for each promise, ours beside its floor, and whether the target is met."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks.rounds import FLOOR, OURS, Measured, Played, Round

HEAD = ("workload", "unit", "ours", "floor", "ratio", "target", "CPU ms ours/floor")


@dataclass(frozen=True)
class Target:
    """What PERFORMANCE's suite reaches for; `of` says whether the ratio or our own figure is held against it."""

    least: float | None = None
    most: float | None = None
    of: str = "ratio"

    def met(self, row: "Row") -> bool | None:
        """None when there is nothing to hold against it."""
        value = row.ratio if self.of == "ratio" else row.ours
        if value is None or (self.least is None and self.most is None):
            return None
        return (self.least is None or value >= self.least) and (self.most is None or value <= self.most)

    def formatted(self, row: "Row") -> str:
        """The limit, and the verdict."""
        limit = f">= {self.least:g}" if self.least is not None else f"<= {self.most:g}" if self.most is not None else ""
        verdict = {True: "met", False: "missed", None: ""}[self.met(row)]
        return f"{limit} {'' if self.of == 'ratio' else row.unit} {verdict}".replace("  ", " ").strip() or "-"


NONE = Target()


@dataclass(frozen=True)
class Row:
    """One line of the table. Figures are medians over rounds; the ratio is the median of the rounds' own ratios."""

    workload: str
    unit: str
    ours: float
    floor: float | None = None
    ratio: float | None = None
    target: Target = NONE
    cpu_ours: float | None = None
    cpu_floor: float | None = None

    def cells(self) -> tuple[str, ...]:
        """As text."""
        cpu = f"{_figure(self.cpu_ours)} / {_figure(self.cpu_floor)}" if self.cpu_ours is not None else "-"
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}"
        return (
            self.workload,
            self.unit,
            _figure(self.ours),
            _figure(self.floor),
            ratio,
            self.target.formatted(self),
            cpu,
        )


def row(
    played: Played,
    workload: str,
    unit: str,
    figure: Callable[[Round, str], float],
    target: Target = NONE,
    floor: str = FLOOR,
    ours: str = OURS,
) -> Row:
    """A row of a figure that is made of one round for one side."""
    return Row(
        workload,
        unit,
        played.median(lambda one: figure(one, ours)),
        played.median(lambda one: figure(one, floor)),
        played.median(lambda one: figure(one, ours) / max(figure(one, floor), 1e-9)),
        target,
        played.median(lambda one: one[ours].cpu_ms),
        played.median(lambda one: one[floor].cpu_ms),
    )


def rate(one: Round, side: str) -> float:
    """Operations a second, by the clock."""
    return one[side].sample.rate


def rate_per_core(one: Round, side: str) -> float:
    """Operations a second of one core's work: steadier than the clock where one thread does it all."""
    return 1000 / one[side].cpu_ms


def latency(percent: int) -> Callable[[Round, str], float]:
    """A percentile in milliseconds."""
    return lambda one, side: one[side].p(percent)


def added(figure: Callable[[Measured], float], base: str) -> Callable[[Round, str], float]:
    """What a side has more than the side it is built upon."""
    return lambda one, side: figure(one[side]) - figure(one[base])


def table(rows: Sequence[Row]) -> str:
    """Aligned for a terminal, and a table of Markdown as it stands."""
    lines = [HEAD, *(one.cells() for one in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEAD))]
    head, *rest = [_aligned(line, widths) for line in lines]
    return "\n".join([head, _aligned(["-" * width for width in widths], widths), *rest])


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"


def _figure(value: float | None) -> str:
    if value is None:
        return "-"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


class Result:
    """The raw lines of one run, one JSON object a line, in a file named after its moment."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.jsonl"

    def add(self, kind: str, line: Mapping[str, Any]) -> None:
        """Written at once: a run that breaks keeps what it had."""
        with self.path.open("a") as file:
            file.write(json.dumps({"kind": kind, "at": datetime.now(UTC).isoformat(), **line}, default=str) + "\n")

    def add_row(self, one: Row) -> None:
        """A line of the table."""
        self.add("row", {**asdict(one), "met": one.target.met(one)})
