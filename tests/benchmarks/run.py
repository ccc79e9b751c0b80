"""One command that measures everything: starts the platform, plays the workloads, prints the table, keeps the lines."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from deploy.dev.servers import broker
from tests.benchmarks import applying, bus, certificate, hop, meter, rush
from tests.benchmarks.filing import Filing
from tests.benchmarks.platform import RESULTS, BenchPlatform, bench_platform, durability, executor
from tests.benchmarks.report import (
    Result,
    Row,
    Target,
    added,
    latency,
    rate,
    rate_per_core,
    row,
    table,
)
from tests.benchmarks.rounds import Broken, Plan, Played, Side, run_round

FULL, QUICK = Plan(5, 2.5), Plan(1, 0.6, quick=True)
WEB = ("gateway", "consular", "civil_registry", "conscription")


@dataclass
class Bench:
    """One run: its plan, its raw lines, its rows."""

    stage: BenchPlatform
    plan: Plan
    result: Result
    rows: list[Row] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)

    def measure(self, name: str, sides: Sequence[Side]) -> Played:
        """All rounds of a workload."""
        print(f"  {name:<22} ", end="", flush=True)
        began = time.monotonic()
        played = run_round(name, sides, self.plan, lambda line: self.result.add("window", line))
        self.played.append(played)
        print(f"{time.monotonic() - began:5.1f} s", flush=True)
        return played

    def add(self, *rows: Row) -> None:
        """To the table and to the file."""
        for one in rows:
            self.rows.append(one)
            self.result.add_row(one)


def hops(bench: Bench) -> None:
    with hop.gateways(bench.stage) as served, executor() as pool:
        busy = bench.measure("gateway hop", hop.hopping(bench.stage, served, pool, applying.CLIENTS))
        calm = bench.measure("gateway hop, alone", hop.hopping(bench.stage, served, pool, 1))
    most = Target(most=1.2)
    cpu, check = (added(lambda side: side.cpu_ms, base) for base in (hop.DIRECT, hop.UNCHECKED))
    bench.add(
        row(busy, "gateway hop, added CPU", "ms", cpu, most),
        row(calm, "gateway hop, added p50", "ms", added(lambda side: side.p(50), hop.DIRECT), most),
        Row("a service's checks and log", "ms CPU", busy.median(lambda one: check(one, hop.DIRECT))),
    )


def applications(bench: Bench) -> None:
    filing = Filing(bench.stage)
    with executor() as pool:
        submitted = bench.measure("submit", applying.submitting(filing, pool))
        settled = bench.measure("settle", applying.settling(filing, pool))
    for name, played in (("submit", submitted), ("settle in cash", settled)):
        bench.add(
            row(played, name, "per s", rate),
            row(played, f"{name}, p95", "ms", latency(95), Target(most=400, of="ours")),
        )


def rushes(bench: Bench) -> None:
    crowd = rush.Crowd(bench.stage, rush.QUICK_CROWD if bench.plan.quick else rush.FULL_CROWD)
    with rush.floor_of(crowd) as floor, executor() as pool:
        played = bench.measure("rush", rush.rushing(crowd, floor, pool))
    bench.result.add("rush", {"people": crowd.size, "seats": crowd.seats, "connections": rush.CONNECTIONS})
    bench.add(
        row(played, "rush, direct", "answers per s", rate, Target(least=0.5)),
        row(played, "rush, by the gateway", "answers per s", rate, Target(least=0.2), ours=rush.GATEWAY),
        row(played, "rush, by the gateway, last answer", "ms", latency(100), ours=rush.GATEWAY),
    )


def certificates(bench: Bench) -> None:
    papers = certificate.Documents(bench.stage, Filing(bench.stage).extract())
    with executor() as pool:
        drawn = bench.measure("certificate", certificate.drawing(papers, pool))
        again = bench.measure("certificate again", certificate.repeating(papers, pool))
    bench.add(
        row(drawn, "certificate", "per s per core", rate_per_core, Target(least=0.9)),
        row(drawn, "certificate, usual floor", "per s per core", rate_per_core, Target(least=1.6), certificate.USUAL),
        row(again, "certificate again", "ms", latency(50)),
    )


def buses(bench: Bench) -> None:
    opened: dict[str, tuple[Callable[[BenchPlatform], AbstractContextManager[bus.Bus]], Target, Target]] = {
        "embedded": (bus.embedded, Target(least=0.5), Target(most=200, of="ours"))
    }
    if broker.available():
        opened["RabbitMQ"] = (bus.rabbitmq, Target(least=0.3), Target(most=50, of="ours"))
    with bus.floor_pools() as pools:
        for name, (enter, speed, lag) in opened.items():
            with enter(bench.stage) as there:
                fast = bench.measure(f"bus, {name}", bus.relaying(there, pools))
                steady = bench.measure(f"bus lag, {name}", bus.relaying(there, pools, bus.PACE))
            bench.add(
                row(fast, f"bus, {name}", "events per s", rate, speed),
                row(steady, f"bus lag p50, {name}", "ms", latency(50)),
                row(steady, f"bus lag p95, {name}", "ms", latency(95), lag),
            )


def weigh(bench: Bench) -> None:
    """After the work, not before it: memory that is only used at first request counts."""
    sizes = bench.stage.weight()
    bench.result.add("memory", sizes)
    print("memory, MiB (PSS): " + ", ".join(f"{name} {size:.0f}" for name, size in sizes.items()))
    bench.add(
        Row("largest web service", "MiB PSS", max(sizes[name] for name in WEB), target=Target(most=70, of="ours")),
        Row("whole platform", "MiB PSS", sum(sizes.values()), target=Target(most=278, of="ours")),
        Row("second start", "s", bench.stage.started_in),
    )


WORKLOADS: dict[str, Callable[[Bench], None]] = {
    "hop": hops,
    "applications": applications,
    "rush": rushes,
    "certificate": certificates,
    "memory": weigh,
    "bus": buses,
}


def main() -> None:
    """Exit code 1 for a broken invariant, never for a slow figure."""
    told = _summary()
    began = time.monotonic()
    plan, result = QUICK if told.quick else FULL, Result(RESULTS)
    try:
        with bench_platform() as made:
            bench = Bench(made, plan, result)
            result.add("machine", {**meter.machine(), **durability(made), "rounds": plan.rounds, "quick": plan.quick})
            for name in told.only or WORKLOADS:
                WORKLOADS[name](bench)
    except Broken as broken:
        sys.exit(f"broken: {broken}")
    print("", table(bench.rows), *remarks(bench), f"raw lines: {result.path}", sep="\n")
    print(f"took {time.monotonic() - began:.0f} s")


def remarks(bench: Bench) -> Iterator[str]:
    """How far the figures can be trusted."""
    for played in bench.played:
        if played.discarded or played.noisy:
            yield f"{played.name}: {played.discarded} disturbed rounds discarded, {played.noisy} kept"
    worst = max((played.foreign for played in bench.played), default=0.0)
    yield f"largest share of the machine used by others in a window that counts: {worst:.0%}"
    if bench.plan.quick:
        yield "quick: one short round; the invariants hold, the figures mean little"


def _summary() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round, for the invariants")
    parser.add_argument("--only", action="append", choices=list(WORKLOADS), help="this workload alone; repeatable")
    return parser.parse_args()
