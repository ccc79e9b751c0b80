"""Plays the sides of a workload in alternating order, throws away disturbed rounds, and compares within rounds only."""

import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks import meter
from tests.benchmarks.shots import Sample

MOST_FOREIGN, MOST_REPEATS = 0.10, 3
# Of the length of a window.
WARM_UP = 0.6
OURS, FLOOR = "ours", "floor"


class Broken(Exception):
    """An invariant does not hold: the figures mean nothing."""


@dataclass(frozen=True)
class Plan:
    """How long and how often."""

    rounds: int
    seconds: float
    quick: bool = False


@dataclass(frozen=True)
class Window:
    """One stretch to be measured, everything it needs prepared; `check` raises Broken afterwards."""

    run: Callable[[], Sample]
    check: Callable[[Sample], None] = lambda _sample: None


@dataclass(frozen=True)
class Side:
    """One way of doing the work. `pids` are the processes whose CPU it costs, with all below them.

    `driver` says whether the process that drives the windows does part of the work, rather than only ask for it.
    """

    name: str
    prepare: Callable[[float], Window]
    pids: Callable[[], Iterable[int]]
    driver: bool = False


@dataclass(frozen=True)
class Measured:
    """One window and what it cost."""

    sample: Sample
    cpu: float
    client: float
    foreign: float
    stolen: float

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of CPU of one operation."""
        return self.cpu * 1000 / self.sample.done

    def p(self, percent: int) -> float:
        """A percentile of the latencies, in milliseconds."""
        return percentile(self.sample.latencies, percent)


Round = dict[str, Measured]


@dataclass
class Played:
    """The rounds of one workload that count, and how many did not."""

    name: str
    rounds: list[Round] = field(default_factory=list)
    discarded: int = 0
    noisy: int = 0

    def median(self, figure: Callable[[Round], float]) -> float:
        """The median over rounds of a figure made within each."""
        return statistics.median(figure(one) for one in self.rounds)

    @property
    def foreign(self) -> float:
        """The largest share that others had in a window that counts."""
        return max(side.foreign for one in self.rounds for side in one.values())


def run_round(name: str, sides: Sequence[Side], plan: Plan, raw: Callable[[dict[str, Any]], None]) -> Played:
    """All rounds, after a short one of each side to warm up. Raises Broken."""
    played = Played(name)
    for side in sides:
        _measure(side, plan.seconds * WARM_UP)
    while len(played.rounds) < plan.rounds:
        place = len(played.rounds) + played.discarded
        spun = meter.spin()
        order = sides if place % 2 == 0 else tuple(reversed(sides))
        one = {side.name: _measure(side, plan.seconds) for side in order}
        noisy = any(measured.foreign > MOST_FOREIGN for measured in one.values())
        kept = not noisy or plan.quick or played.discarded >= MOST_REPEATS
        for side_name, measured in one.items():
            raw(
                {
                    "workload": name,
                    "round": place,
                    "side": side_name,
                    "kept": kept,
                    "spin_ms": spun,
                    **summary(measured),
                }
            )
        if kept:
            played.rounds.append(one)
            played.noisy += noisy
        else:
            played.discarded += 1
    return played


def _measure(side: Side, seconds: float) -> Measured:
    window = side.prepare(seconds)
    before = meter.read()
    sample = window.run()
    cost = meter.between(before, meter.read(), os.getpid())
    if not sample.done:
        raise Broken(f"{side.name}: nothing succeeded; {dict(sample.failed)}")
    window.check(sample)
    counted = cost.cpu(side.pids()) + (sample.own_cpu if side.driver else 0.0)
    client = 0.0 if side.driver else sample.own_cpu
    return Measured(sample, counted, client, cost.foreign, cost.stolen)


def summary(measured: Measured) -> dict[str, Any]:
    """A window as a raw line."""
    sample = measured.sample
    return {
        "done": sample.done,
        "failed": dict(sample.failed),
        "seconds": round(sample.seconds, 4),
        "per_second": round(sample.rate, 2),
        "cpu_ms": round(measured.cpu_ms, 4),
        "client_cpu_ms": round(measured.client * 1000 / sample.done, 4),
        "foreign": round(measured.foreign, 4),
        "stolen": round(measured.stolen, 4),
        **{f"p{percent}_ms": round(measured.p(percent), 3) for percent in (50, 95, 99)},
    }


def percentile(values: Sequence[float], percent: int) -> float:
    """Of no values, nothing."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, len(ranked) * percent // 100)] if ranked else 0.0


def no_failures(sample: Sample) -> None:
    """Raises Broken unless every request was answered well."""
    if sample.failed:
        raise Broken(f"refused or failed: {dict(sample.failed)}")
