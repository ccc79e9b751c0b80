"""`make demo`: starts the platform if it does not run, and runs the scenarios of all transactions or of those named.

All of them are played once, their applicants alternately in English and Arabic. One that is named is played in both
languages, or in that of `--language`.
"""

import argparse
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

from deploy.demo import scenario_runner
from deploy.demo.scenario_runner import Result, ScenarioRun
from deploy.platform.data_folder import DataFolder
from shared.catalogue import TRANSACTIONS

LANGUAGES = ("ar", "en")
WIDEST, OUTCOME = max(len(entry.slug) for entry in TRANSACTIONS) + 3, 44


def main() -> None:
    """Exits with 1 unless every transaction came to its end."""
    folder = DataFolder.from_environment().path / "demo"
    address = f"http://127.0.0.1:{os.environ.get('MAHJAR_PORT', '8080')}"
    runs = runs_of(sys.argv[1:])
    with platform(address):
        results = list(with_progress(runs, scenario_runner.run_all(address, folder, runs)))
    print(f"\n{'transaction':<{WIDEST}} {'outcome':<{OUTCOME}} {'seconds':>7}  paper")
    for result in results:
        print(f"{result.name:<{WIDEST}} {result.outcome:<{OUTCOME}} {result.seconds:7.1f}  {', '.join(result.papers)}")
    done = sum(result.outcome != scenario_runner.FAILED for result in results)
    print(f"papers in {folder}\n{done} of {len(runs)} transactions completed")
    sys.exit(0 if done == len(runs) else 1)


def runs_of(arguments: Sequence[str]) -> list[ScenarioRun]:
    """What is played, in the order of the catalogue. Exits for a slug or a language that does not exist."""
    slugs = [entry.slug for entry in TRANSACTIONS]
    parser = argparse.ArgumentParser(prog="make demo", description="Plays transactions from beginning to end.")
    parser.add_argument("slugs", nargs="*", metavar="slug", help=f"one or more of: {', '.join(slugs)}")
    parser.add_argument("--language", choices=LANGUAGES, help="both where a slug is named, else they alternate")
    options = parser.parse_args(arguments)
    if unknown := set(options.slugs) - set(slugs):
        parser.error(f"no transaction is called {', '.join(sorted(unknown))}; choose among: {', '.join(slugs)}")
    languages = (options.language,) if options.language else LANGUAGES if options.slugs else ("",)
    named = [entry for entry in TRANSACTIONS if not options.slugs or entry.slug in options.slugs]
    return [ScenarioRun(entry, language) for entry in named for language in languages]


def with_progress(runs: Sequence[ScenarioRun], results: Iterator[Result]) -> Iterator[Result]:
    """Draws a progress bar: in place at a terminal, line by line elsewhere."""
    every, end = len(runs), "\r" if sys.stdout.isatty() else "\n"
    for number, run in enumerate(runs):
        bar = "█" * number + "·" * (every - number)
        print(f"{bar} {number:>2}/{every}  {run.name:<{WIDEST}}", end=end, flush=True)
        yield next(results)
    print(f"{'█' * every} {every}/{every}  {'':<{WIDEST}}", flush=True)


@contextmanager
def platform(address: str) -> Iterator[None]:
    """A running platform: the one that answers there, or one that runs as long as the demo."""
    if answers(address):
        yield
        return
    print("starting the platform", flush=True)
    process = subprocess.Popen([sys.executable, "-m", "deploy.dev.run"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        # Not the first answer of a page: the demo's people move in while the processes already stand.
        if not any("is ready" in line for line in process.stdout):
            sys.exit("the platform does not start: try `make run`, it says why")
        threading.Thread(target=process.stdout.read, daemon=True).start()
        yield
    finally:
        process.terminate()
        process.wait()


def answers(address: str) -> bool:
    """Whether the platform is ready there."""
    try:
        return requests.get(f"{address}/ready", timeout=5).status_code == 200
    except requests.RequestException:
        return False


if __name__ == "__main__":
    main()
