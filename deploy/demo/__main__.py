"""`make demo`: starts the platform if it does not run, plays each transaction to its end, and says what came of it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import requests

from deploy.data import DataFolder
from deploy.demo import stage
from shared.catalogue import CATALOGUE, TRANSACTIONS
from shared.catalogue.model import Transaction

WIDEST, OUTCOME = max(len(entry.slug) for entry in TRANSACTIONS), 44


def main() -> None:
    """Exits with 1 unless every transaction came to its end: all of them, or those that the command names."""
    entries = chosen(sys.argv[1:])
    folder = DataFolder.chosen().path / "demo"
    address = f"http://127.0.0.1:{os.environ.get('MAHJAR_PORT', '8080')}"
    with platform(address):
        results = list(shown(stage.play_all(address, folder, entries), entries))
    print(f"\n{'transaction':<{WIDEST}} {'outcome':<{OUTCOME}} {'seconds':>7}  paper")
    for result in results:
        print(f"{result.slug:<{WIDEST}} {result.outcome:<{OUTCOME}} {result.seconds:7.1f}  {', '.join(result.papers)}")
    done = sum(result.outcome != stage.FAILED for result in results)
    print(f"papers in {folder}\n{done} of {len(entries)} transactions completed")
    sys.exit(0 if done == len(entries) else 1)


def chosen(slugs: Sequence[str]) -> tuple[Transaction, ...]:
    """The transactions of these names, all where none is named. Exits for a name that nothing bears."""
    unknown = [slug for slug in slugs if slug not in CATALOGUE]
    if unknown:
        sys.exit(f"no transaction is called {', '.join(unknown)}; choose among: {', '.join(CATALOGUE)}")
    return tuple(CATALOGUE[slug] for slug in slugs) or TRANSACTIONS


def shown(results: Iterator[stage.Result], entries: Sequence[Transaction]) -> Iterator[stage.Result]:
    """Draws the bar as they come: over itself at a terminal, line by line elsewhere."""
    every, end = len(entries), "\r" if sys.stdout.isatty() else "\n"
    for number, entry in enumerate(entries):
        bar = "█" * number + "·" * (every - number)
        print(f"{bar} {number:>2}/{every}  {entry.slug:<{WIDEST}}", end=end, flush=True)
        yield next(results)
    print(f"{'█' * every} {every}/{every}  {'':<{WIDEST}}", flush=True)


@contextmanager
def platform(address: str) -> Iterator[None]:
    """A running platform: the one that answers there, or one of our own for as long as the demo lasts."""
    if answers(address):
        yield
        return
    print("starting the platform", flush=True)
    own = subprocess.Popen([sys.executable, "-m", "deploy.run"], stdout=subprocess.PIPE, text=True)
    try:
        assert own.stdout is not None
        # Not the first answer of a page: the demo's people move in while the processes already stand.
        if not any("is ready" in line for line in own.stdout):
            sys.exit("the platform does not start: try `make run`, it says why")
        threading.Thread(target=own.stdout.read, daemon=True).start()
        yield
    finally:
        own.terminate()
        own.wait()


def answers(address: str) -> bool:
    """Whether the platform is ready there."""
    try:
        return requests.get(f"{address}/ready", timeout=5).status_code == 200
    except requests.RequestException:
        return False


if __name__ == "__main__":
    main()
