"""Sets the demo's stage: staff signed in, newcomers registered, one play after the other, their papers kept."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.demo import people, plays
from deploy.demo.browser import Astray, Browser
from deploy.demo.scripts import script_of
from deploy.demo_data import PEOPLE
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Transaction

STAFF = ("officer", "cashier", "clerk", "head_of_mission")
FAILED = "failed"


@dataclass
class Result:
    """A line of the table: what came of a transaction, and the names of its papers in the folder."""

    slug: str
    outcome: str
    papers: list[str]
    seconds: float


def play_all(address: str, folder: Path, entries: Sequence[Transaction] = TRANSACTIONS) -> Iterator[Result]:
    """Each of these transactions in their order, paid by card and in cash by turns."""
    staff = {role: Browser(address, "ar") for role in STAFF}
    for role, browser in staff.items():
        plays.sign_in(browser, f"{role.replace('_', '-')}@mahjar.example")
    cast = Cast(address, folder / "players.txt")
    for number, entry in enumerate(entries):
        began, outcome, papers = time.monotonic(), FAILED, dict[str, bytes]()
        try:
            play = plays.Play(*cast.of(entry.slug), staff, entry.slug, by_card=number % 2 == 0, papers=papers)
            outcome = script_of(entry)(play)
        except (Astray, requests.RequestException) as lost:
            print(f"\n    {entry.slug}: {lost}", flush=True)
        kept = [keep(folder, name, content) for name, content in papers.items()]
        yield Result(entry.slug, outcome, kept, time.monotonic() - began)


class Cast:
    """Newcomers with confirmed identities, one for each part that needs somebody of their own."""

    def __init__(self, address: str, register: Path, language: str = "") -> None:
        self.address = address
        self.language = language
        # Who has played before, in this demo or an earlier one, is not asked again.
        self.register = register
        self.company = people.Company(int(os.environ.get("MAHJAR_PEOPLE", PEOPLE)))
        self.playing: dict[str, tuple[Browser, people.Player]] = {}

    def of(self, slug: str) -> tuple[Browser, people.Player]:
        """Who plays this transaction. Raises Astray when nobody fits who has no account yet."""
        part = people.COMPANY.get(slug, slug if slug in people.CAST else "")
        if part not in self.playing:
            self.playing[part] = self.newcomer(slug)
        return self.playing[part]

    def newcomer(self, slug: str) -> tuple[Browser, people.Player]:
        """Somebody nobody has registered yet, signed in; of one language, or every other one of Arabic."""
        known = set(self.register.read_text().split()) if self.register.exists() else set()
        for person in self.company.fitting(slug):
            if person.national_number in known:
                continue
            self._note(person.national_number)
            browser = Browser(self.address, self.language or ("en", "ar")[len(self.playing) % 2])
            if plays.register(browser, person):
                return browser, person
        raise Astray(f"nobody without an account can play {slug}: make reset")

    def _note(self, number: str) -> None:
        self.register.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.register.open("a") as register:
            register.write(f"{number}\n")


def keep(folder: Path, name: str, content: bytes) -> str:
    """Writes a paper into the demo's folder; its name there."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{name}.pdf").write_bytes(content)
    return f"{name}.pdf"
