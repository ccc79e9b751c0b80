"""`make demo`: starts the platform if it does not run, plays each transaction to its end, and says what came of it."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.data import DataFolder
from deploy.demo import people, plays
from deploy.demo.browser import Astray, Browser
from deploy.demo_data import PEOPLE
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import AFTER_ASSESSMENT, BOOKLET, Transaction

STAFF = ("officer", "cashier", "clerk")


@dataclass
class Result:
    """A line of the table."""

    slug: str
    outcome: str
    paper: str
    seconds: float


def main() -> None:
    """Exits with 1 unless every transaction came to its end."""
    address = f"http://127.0.0.1:{os.environ.get('MAHJAR_PORT', '8080')}"
    with platform(address):
        results = list(play_all(address))
    show(results)
    done = sum(result.outcome != "failed" for result in results)
    print(f"{done} of {len(TRANSACTIONS)} transactions completed")
    sys.exit(0 if done == len(TRANSACTIONS) else 1)


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


def play_all(address: str) -> Iterator[Result]:
    """Each transaction of the catalogue, one language after the other."""
    staff = {role: Browser(address, "ar") for role in STAFF}
    for role, browser in staff.items():
        plays.sign_in(browser, f"{role}@mahjar.example")
    cast = Cast(address)
    folder = DataFolder.chosen().path / "demo"
    for number, entry in enumerate(TRANSACTIONS):
        print(f"[{number + 1}/{len(TRANSACTIONS)}] {entry.slug}", flush=True)
        began = time.monotonic()
        play = plays.Play(*cast.of(entry.slug), staff, entry.slug)
        try:
            outcome = play_one(play, entry, by_card=number % 2 == 0)
        except (Astray, requests.RequestException) as lost:
            outcome = "failed"
            print(f"    {lost}", flush=True)
        kept = [str(keep(folder, play.reference, name, content)) for name, content in play.papers.items()]
        yield Result(entry.slug, outcome, ", ".join(kept), time.monotonic() - began)


class Cast:
    """Newcomers with confirmed identities, one for each part that needs somebody of their own."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.company = people.Company(int(os.environ.get("MAHJAR_PEOPLE", PEOPLE)))
        self.playing: dict[str, tuple[Browser, people.Player]] = {}

    def of(self, slug: str) -> tuple[Browser, people.Player]:
        """Who plays this transaction. Raises Astray when nobody fits who has no account yet."""
        part = people.COMPANY.get(slug, slug if slug in people.CAST else "")
        if part not in self.playing:
            self.playing[part] = self.newcomer(slug)
        return self.playing[part]

    def newcomer(self, slug: str) -> tuple[Browser, people.Player]:
        """Somebody nobody has registered yet, signed in."""
        for person in self.company.fitting(slug):
            browser = Browser(self.address, "en")
            if plays.register(browser, person):
                return browser, person
        raise Astray(f"nobody without an account can play {slug}: make reset")


def play_one(play: plays.Play, entry: Transaction, by_card: bool) -> str:
    """One way for all, as the entry says it. Gives what came of it."""
    pay = play.pay_by_card if by_card else play.pay_cash
    play.apply()
    if entry.priced == AFTER_ASSESSMENT:
        play.accept()
        play.until("/pay")
        pay()
    else:
        pay()
        play.accept()
    if entry.outcome == BOOKLET:
        play.until_ready()
        play.collect()
        return "collected"
    play.download(play.until_document(), entry.slug)
    return "issued"


def keep(folder: Path, reference: str, name: str, content: bytes) -> Path:
    """Writes a paper into the demo's folder."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = folder / f"{reference}-{name}.pdf"
    file.write_bytes(content)
    return file


def show(results: list[Result]) -> None:
    """The table."""
    print(f"{'transaction':<32} {'outcome':<10} {'seconds':>7}  paper")
    for result in results:
        print(f"{result.slug:<32} {result.outcome:<10} {result.seconds:7.1f}  {result.paper}")


if __name__ == "__main__":
    main()
