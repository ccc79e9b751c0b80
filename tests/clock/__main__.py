"""`make clock`: the tests marked `clock` and the demo, database and browser included, at each of the eight instants."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from deploy.dev.servers.postgres import free_port
from tests.clock import shift
from tests.clock.instants import INSTANTS, TWO

ROOT = Path(__file__).parents[2]
# The last line of pytest and of the demo.
SUMMARY = re.compile(r"\d+ (?:passed|failed|error|deselected|skipped).* in [\d.]+s|\d+ of \d+ transactions completed")
Show = Callable[[str], None]
PYTEST = ("pytest", "-q")


@dataclass(frozen=True)
class Run:
    """What was run at an instant, and how it ended."""

    name: str
    instant: datetime
    what: str
    ending: str
    seconds: float
    is_good: bool


def main() -> None:
    """Exits with 1 unless everything passed at every instant."""
    options, asked = arguments(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="mahjar-clock-") as folder:
        try:
            library = shift.build(Path(folder))
        except shift.NoCompiler as missing:
            sys.exit(str(missing))
        runs = run_all(options, asked, library)
    for run in runs:
        print(f"{run.name:<16} {run.instant:%Y-%m-%d %H:%M} UTC  {run.what:<6} {run.seconds:6.0f} s  {run.ending}")
    sys.exit(0 if all(run.is_good for run in runs) else 1)


def arguments(words: Sequence[str]) -> tuple[argparse.Namespace, list[str]]:
    """The options, and what goes on to pytest: all after `--`."""
    parser = argparse.ArgumentParser(prog="make clock", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="INSTANT", help=f"{', '.join(INSTANTS)}; two: {' and '.join(TWO)}")
    parser.add_argument("--at", type=datetime.fromisoformat, help="any other instant, as 2028-02-29T10:00+00:00")
    parser.add_argument("--whole", action="store_true", help="the whole suite instead of the tests marked clock")
    parser.add_argument("--tests", action="store_true", help="without the demo")
    parser.add_argument("--demo", action="store_true", help="the demo alone")
    parser.add_argument("--at-once", action="store_true", help="all instants side by side, a processor each")
    split = words.index("--") if "--" in words else len(words)
    options = parser.parse_args(words[:split])
    if unknown := set(options.names) - {*INSTANTS, "two"}:
        parser.error(f"no instant is called {', '.join(sorted(unknown))}")
    if options.at is not None and options.at.tzinfo is None:
        parser.error("--at needs a zone: 2028-02-29T10:00+00:00")
    return options, list(words[split + 1 :])


def chosen(options: argparse.Namespace, now: datetime) -> Mapping[str, datetime]:
    """The named instants, the given one, or all eight."""
    names = [each for name in options.names for each in (TWO if name == "two" else (name,))]
    given = {"given": options.at} if options.at is not None else {}
    return given | {name: INSTANTS[name](now) for name in names or ([] if given else INSTANTS)}


def run_all(options: argparse.Namespace, asked: Sequence[str], library: Path) -> list[Run]:
    """Every run, in order. Side by side they show their output when they end, one after the other before."""
    instants = chosen(options, datetime.now(UTC))

    def run_at(name: str) -> list[Run]:
        shown: list[str] = []
        show = shown.append if options.at_once else _print
        runs = run_instant(options, asked, library, name, instants[name], show)
        _print("".join(shown))
        return runs

    with ThreadPoolExecutor(len(instants) if options.at_once else 1) as pool:
        return [run for runs in pool.map(run_at, instants) for run in runs]


def run_instant(
    options: argparse.Namespace, asked: Sequence[str], library: Path, name: str, instant: datetime, show: Show
) -> list[Run]:
    """The tests and the demo at one instant. Each begins there anew."""
    runs = []
    if not options.demo:
        selection = [] if options.whole else ["-m", "clock"]
        environment = shift.environment(library, instant)
        runs.append(run(name, instant, "tests", [*PYTEST, *selection, *asked], environment, show))
    if not options.tests:
        with tempfile.TemporaryDirectory(prefix="mahjar-demo-") as folder:
            own = {"MAHJAR_DATA": folder, "MAHJAR_PORT": str(free_port())}
            environment = {**shift.environment(library, instant), **own}
            runs.append(run(name, instant, "demo", ["deploy.demo"], environment, show))
    return runs


def run(
    name: str, instant: datetime, what: str, module: Sequence[str], environment: Mapping[str, str], show: Show
) -> Run:
    """Runs a module under the shifted clock, and shows its output as it comes."""
    show(f"== {what} at {instant:%Y-%m-%d %H:%M} UTC ({name})\n")
    started, ending = time.monotonic(), "no summary"
    process = subprocess.Popen(
        [sys.executable, "-m", *module], cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            show(line)
            if found := SUMMARY.search(line):
                ending = found[0]
    status = process.wait()
    return Run(name, instant, what, ending, time.monotonic() - started, status == os.EX_OK)


def _print(text: str) -> None:
    print(text, end="", flush=True)


if __name__ == "__main__":
    main()
