"""A day in the waiting hall, minute by minute: `python -m tests.simulations.hall` writes the table and the plot.

People are called by the rule of the product (`competes_at`). Service times are lognormal; who comes, comes within some
minutes of the hour. Waiting counts from the hour, or from the arrival of somebody who is late.
"""

import heapq
import math
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from services.consular.appointments.hall.rules import competes_at

PAGE = Path(__file__).parents[2] / "docs" / "simulations" / "hall.md"
BEGINS, ENDS = "<!-- figures -->\n", "<!-- end of figures -->"
OPENS = datetime(2026, 1, 4, 6, 0, tzinfo=UTC)
DAYS, SEED, TARGET_MINUTES = 400, 7, 10.0


@dataclass(frozen=True)
class Hall:
    """Counters, how busy they are, and how long somebody takes; minutes, and shares of 1."""

    mean: float = 6.0
    deviation: float = 4.0
    slot: int = 10
    counters: int = 4
    load: float = 0.9
    absent: float = 0.1
    early_or_late: float = 10.0
    hours: float = 5.0

    @property
    def booked(self) -> int:
        """How many have an appointment that day: as many as make the load, without those who stay away."""
        return round(self.load * self.counters * self.hours * 60 / self.mean / (1 - self.absent))


BASE = Hall()
SWEEP = (
    BASE,
    *(replace(BASE, slot=slot) for slot in (5, 15, 30)),
    *(replace(BASE, mean=mean, deviation=deviation) for mean, deviation in ((8, 5), (10, 3), (10, 6), (12, 8))),
    *(replace(BASE, load=load) for load in (0.7, 0.8, 0.95)),
)


def waits(hall: Hall, rng: random.Random) -> list[float]:
    """The minutes that each person of a day waits."""
    coming = _arrivals(hall, rng)
    variance = math.log(1 + (hall.deviation / hall.mean) ** 2)
    location = math.log(hall.mean) - variance / 2
    free_at = [0.0] * hall.counters
    waiting: list[tuple[datetime, float, float]] = []
    found = []
    while coming or waiting:
        now = heapq.heappop(free_at)
        while coming and coming[0][0] <= now:
            arrived, hour = coming.pop(0)
            heapq.heappush(waiting, (competes_at(_at(hour), _at(arrived)), hour, arrived))
        if not waiting:
            heapq.heappush(free_at, max(now, coming[0][0]))
            continue
        _, hour, arrived = heapq.heappop(waiting)
        found.append(max(0.0, now - max(hour, arrived)))
        heapq.heappush(free_at, now + rng.lognormvariate(location, math.sqrt(variance)))
    return found


def _arrivals(hall: Hall, rng: random.Random) -> list[tuple[float, float]]:
    """When each person comes, and the hour of their appointment, in minutes from the opening."""
    slots = int(hall.hours * 60 / hall.slot)
    hours = [place * slots // hall.booked * hall.slot for place in range(hall.booked)]
    spread = hall.early_or_late
    return sorted((hour + rng.uniform(-spread, spread), float(hour)) for hour in hours if rng.random() >= hall.absent)


def _at(minutes: float) -> datetime:
    return OPENS + timedelta(minutes=minutes)


def percentile(values: list[float], share: float) -> float:
    """The value that this share of the sorted values does not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def table() -> str:
    """A row for each hall of the sweep."""
    lines = ["| mean | deviation | slot | load | people a day | waits on average | p95 |", "|" + " --- |" * 7]
    for hall in SWEEP:
        rng = random.Random(SEED)  # noqa: S311 (a simulation)
        found = [minutes for _ in range(DAYS) for minutes in waits(hall, rng)]
        average, late = sum(found) / len(found), percentile(found, 0.95)
        lines.append(
            f"| {hall.mean:g} | {hall.deviation:g} | {hall.slot} | {hall.load:.0%} | {hall.booked} | {average:.1f} | "
            f"{late:.1f}{' (over 10)' if late > TARGET_MINUTES else ''} |"
        )
    return "\n".join(lines)


def main() -> None:
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGINS)
    after = rest.partition(ENDS)[2]
    PAGE.write_text(f"{before}{BEGINS}{table()}\n{ENDS}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
