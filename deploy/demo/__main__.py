"""`make demo`: starts the platform if it does not run, and runs the scenarios of all transactions or of those named."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

from deploy.demo import scenario_runner
from deploy.demo.scenario_runner import Result
from deploy.platform.data_folder import DataFolder
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Transaction

WIDEST, OUTCOME = max(len(entry.slug) for entry in TRANSACTIONS), 44


def main() -> None:
    """Exits with 1 unless every transaction came to its end."""
    folder = DataFolder.from_environment().path / "demo"
    address = f"http://127.0.0.1:{os.environ.get('MAHJAR_PORT', '8080')}"
    entries = [entry for entry in TRANSACTIONS if not sys.argv[1:] or entry.slug in sys.argv[1:]]
    if not entries:
        sys.exit(f"choose among: {', '.join(entry.slug for entry in TRANSACTIONS)}")
    with platform(address):
        results = list(with_progress(entries, scenario_runner.run_all(address, folder, entries)))
    print(f"\n{'transaction':<{WIDEST}} {'outcome':<{OUTCOME}} {'seconds':>7}  paper")
    for result in results:
        print(f"{result.slug:<{WIDEST}} {result.outcome:<{OUTCOME}} {result.seconds:7.1f}  {', '.join(result.papers)}")
    done = sum(result.outcome != scenario_runner.FAILED for result in results)
    print(f"papers in {folder}\n{done} of {len(entries)} transactions completed")
    sys.exit(0 if done == len(entries) else 1)


def with_progress(entries: Sequence[Transaction], results: Iterator[Result]) -> Iterator[Result]:
    """Draws a progress bar: in place at a terminal, line by line elsewhere."""
    every, end = len(entries), "\r" if sys.stdout.isatty() else "\n"
    for number, entry in enumerate(entries):
        bar = "█" * number + "·" * (every - number)
        print(f"{bar} {number:>2}/{every}  {entry.slug:<{WIDEST}}", end=end, flush=True)
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
