"""Runs the demo's scenarios one after the other: signs staff in, registers applicants, keeps documents."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import requests

from deploy.demo.demo_data import PEOPLE
from deploy.demo.sandbox.bank import Bank
from deploy.demo.scenarios import people
from deploy.demo.scenarios.browser import Browser, UnexpectedPage
from deploy.demo.scenarios.by_transaction import scenario_for
from deploy.demo.scenarios.sign_in import sign_in
from deploy.demo.scenarios.steps import Steps, register_account
from shared.catalogue.model import Transaction

STAFF = ("officer", "cashier", "clerk", "head_of_mission")
FAILED = "failed"


@dataclass
class Result:
    """A line of the table: the outcome of a transaction, and the file names of its documents."""

    name: str
    outcome: str
    papers: list[str]
    seconds: float


@dataclass(frozen=True)
class ScenarioRun:
    """A transaction, and the language its applicant reads; empty where the languages alternate."""

    entry: Transaction
    language: str = ""

    @property
    def name(self) -> str:
        """The slug, with the language where one is set."""
        return f"{self.entry.slug} {self.language}".rstrip()


def run_all(address: str, folder: Path, runs: Sequence[ScenarioRun]) -> Iterator[Result]:
    """Runs the scenario of each transaction, alternately paid by card and in cash, one by transfer."""
    staff = {role: Browser(address, "ar") for role in STAFF}
    for role, browser in staff.items():
        sign_in(browser, f"{role.replace('_', '-')}@mahjar.example")
    actors = Actors(address, folder / "actors.txt", staff["clerk"])
    bank = Bank(folder / "bank.txt")
    for number, run in enumerate(runs):
        began, outcome, papers, entry = time.monotonic(), FAILED, dict[str, bytes](), run.entry
        try:
            person = actors.applicant_for(entry.slug, run.language)
            steps = Steps(*person, staff, entry.slug, by_card=number % 2 == 0, papers=papers, bank=bank)
            outcome = scenario_for(entry)(steps)
        except (UnexpectedPage, requests.RequestException) as error:
            print(f"\n    {run.name}: {error}", flush=True)
        ending = f"-{run.language}" if run.language else ""
        files = [write_document(folder, f"{name}{ending}", content) for name, content in papers.items()]
        yield Result(run.name, outcome, files, time.monotonic() - began)


class Actors:
    """Applicants with confirmed identities: one for each scenario that needs a person of its own."""

    def __init__(self, address: str, used: Path, clerk: Browser, language: str = "") -> None:
        self.address = address
        self.clerk = clerk
        self.language = language
        # National numbers of those who acted in this demo or an earlier one; they are not taken again.
        self.used = used
        self.population = people.Population(int(os.environ.get("MAHJAR_PEOPLE", PEOPLE)))
        self.signed_in: dict[tuple[str, str], tuple[Browser, people.DemoPerson]] = {}

    def applicant_for(self, slug: str, language: str = "") -> tuple[Browser, people.DemoPerson]:
        """The applicant of this transaction, who reads `language`, else the language of these actors.

        Raises UnexpectedPage when nobody without an account fits.
        """
        key = people.SHARED_PERSON.get(slug, slug if slug in people.CRITERIA else ""), language
        if key not in self.signed_in:
            self.signed_in[key] = self.register(slug, language)
        return self.signed_in[key]

    def register(self, slug: str, language: str = "") -> tuple[Browser, people.DemoPerson]:
        """Registers a fitting person and signs in, in the set language, or alternately in English and Arabic."""
        registered = set(self.used.read_text().split()) if self.used.exists() else set()
        for person in self.population.fitting(slug):
            if person.national_number in registered:
                continue
            self._note(person.national_number)
            browser = Browser(self.address, language or self.language or ("en", "ar")[len(self.signed_in) % 2])
            if register_account(browser, person, self.clerk):
                return browser, person
        raise UnexpectedPage(f"nobody without an account fits {slug}: make reset")

    def _note(self, number: str) -> None:
        self.used.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.used.open("a") as used:
            used.write(f"{number}\n")


def write_document(folder: Path, name: str, content: bytes) -> str:
    """Writes a document into the demo's folder. Returns its file name."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / f"{name}.pdf").write_bytes(content)
    return f"{name}.pdf"
