"""What a stretch of time cost: CPU by process tree, how much of the machine others used, memory by process."""

import platform
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psutil

SPIN = 300_000
NAMED = ("flask", "gunicorn", "sqlalchemy", "psycopg", "urllib3", "weasyprint", "kombu", "pgmq", "cryptography")
MIB = 1024 * 1024


@dataclass(frozen=True)
class Measurement:
    """Seconds of CPU used so far, by process and by the whole machine; `parents` says whose child each process is."""

    at: float
    busy: float
    stolen: float
    spent: Mapping[int, float]
    parents: Mapping[int, int]

    def of(self, roots: Iterable[int]) -> float:
        """What these processes and all below them have used, the dead ones' share included."""
        wanted = set(roots)
        return sum(spent for pid, spent in self.spent.items() if self._descends(pid, wanted))

    def _descends(self, pid: int, wanted: set[int]) -> bool:
        while pid and pid not in wanted:
            pid = self.parents.get(pid, 0)
        return pid in wanted


@dataclass(frozen=True)
class Cost:
    """What lies between two readings. `foreign` is the share of the machine that neither we nor our children used."""

    seconds: float
    foreign: float
    stolen: float
    before: Measurement
    after: Measurement

    def cpu(self, roots: Iterable[int]) -> float:
        """Seconds of CPU of these process trees."""
        wanted = list(roots)
        return max(0.0, self.after.of(wanted) - self.before.of(wanted))


def read() -> Measurement:
    """Looks at every process of the machine once."""
    whole = psutil.cpu_times()
    stolen = getattr(whole, "steal", 0.0)
    idle = whole.idle + getattr(whole, "iowait", 0.0) + stolen
    at, spent, parents = time.monotonic(), {}, {}
    for process in psutil.process_iter(["cpu_times", "ppid"]):
        times = process.info["cpu_times"]
        if times is not None:
            # The children's part is of those that ended and were waited for: nothing is counted twice.
            spent[process.pid] = times.user + times.system + times.children_user + times.children_system
            parents[process.pid] = process.info["ppid"]
    # Guests' time is in the users' already.
    guests = getattr(whole, "guest", 0.0) + getattr(whole, "guest_nice", 0.0)
    return Measurement(at, sum(whole) - guests - idle, stolen, spent, parents)


def between(before: Measurement, after: Measurement, ours: int) -> Cost:
    """The cost of what happened meanwhile; `ours` is the process all of ours descend from."""
    seconds = max(after.at - before.at, 1e-6)
    room = seconds * (psutil.cpu_count() or 1)
    mine = after.of([ours]) - before.of([ours])
    foreign = max(0.0, (after.busy - before.busy - mine) / room)
    return Cost(seconds, foreign, max(0.0, (after.stolen - before.stolen) / room), before, after)


def spin() -> float:
    """Milliseconds of CPU that a fixed piece of work takes: what a slower or busier host shows in."""
    began = time.process_time()
    total = 0
    for number in range(SPIN):
        total += number & 7
    return (time.process_time() - began) * 1000


def memory(pid: int, alone: bool = False) -> float:
    """Proportional MiB of a process and all below it: memory shared with others counts by its part."""
    root, found = psutil.Process(pid), 0.0
    for process in (root, *(() if alone else root.children(recursive=True))):
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            found += process.memory_full_info().pss / MIB
    return found


def machine() -> dict[str, object]:
    """What the figures were measured on, and with."""
    models = [line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": psutil.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 1024**3, 1),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in NAMED},
    }


def _lines(file: str) -> list[str]:
    path = Path(file)
    return path.read_text().splitlines() if path.exists() else []
