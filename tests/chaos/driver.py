"""People and officers who never give up: every request is repeated with its key until it is acknowledged."""

import os
import random
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import requests

from deploy.demo.population.specimens import Specimen
from deploy.demo.sandbox.provider import TEST_NUMBER
from deploy.demo.scenarios.answers import answers, required_uploads, scan
from services.gateway.clients.http import Client
from shared.catalogue import CATALOGUE
from shared.errors import Invalid, Refusal, Unavailable
from shared.identity.actor import Actor
from tests.chaos.platform import Platform
from tests.conftest import HOME, officer

# The long form takes peers away for minutes.
PATIENCE_SECONDS = 300.0 if os.environ.get("MAHJAR_FULL") else 180.0
FINAL = frozenset({"collected", "refused"})
SCAN = scan()


@dataclass
class Record:
    """What was acknowledged, and what should never have been said."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    acknowledged: int = 0
    repeated: int = 0
    surprises: list[str] = field(default_factory=list)
    # The longest time that one request took, answered or not.
    slowest: float = 0.0
    moved: float = field(default_factory=time.monotonic)

    def note_time(self, since: float) -> None:
        """How long a request took that began then."""
        with self.lock:
            self.slowest = max(self.slowest, time.monotonic() - since)

    def note(self, acknowledged: int = 0, repeated: int = 0, surprise: str = "") -> None:
        """From any thread."""
        with self.lock:
            self.acknowledged += acknowledged
            self.moved = time.monotonic() if acknowledged else self.moved
            self.repeated += repeated
            if surprise:
                self.surprises.append(surprise)


@dataclass
class Case:
    """One application, driven from its draft to its end."""

    number: int
    slug: str
    person: Specimen
    by_card: bool
    record: Record
    platform: Platform
    reference: str = ""
    status: str = ""
    payment: str = ""
    submitted: bool = False

    def __post_init__(self) -> None:
        keys = self.platform.keys
        names = ("consular", "civil_registry", "conscription")
        self.clients = {name: Client(self.platform.address(name), keys, name) for name in names}
        self.me = Actor("expatriate", f"account-{self.person.person}", "expatriate", HOME, self.person.person)

    def ask(self, method: str, path: str, actor: Actor, body: object = None, service: str = "consular") -> Any:
        """The acknowledged answer, however often it has to be asked for."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            began = time.monotonic()
            try:
                client = self.clients[service]
                answer = client.get(path, actor) if method == "GET" else client.send(method, path, actor, body)
                # Looking changes nothing, so that it does not count.
                self.record.note(acknowledged=int(method != "GET"))
                return answer
            except Unavailable:
                self.record.note(repeated=1)
            except Refusal as refusal:
                if refusal.code != "unexpected":
                    raise
                self.record.note(repeated=1, surprise=f"500 at {method} {path}")
            finally:
                self.record.note_time(began)
            if time.monotonic() > give_up:
                raise TimeoutError(f"{method} {path}")
            self.rest()

    @staticmethod
    def rest() -> None:
        """A breath between two tries."""
        threading.Event().wait(0.1)

    def desk(self, verb: str, role: str, **sent: object) -> None:
        """An officer's verb, with one key however often it is repeated."""
        body = {**sent, "key": f"{verb}-{self.number}"}
        self.ask("POST", f"/desk/cases/{self.reference}/{verb}", officer(role), body)

    def advance(self) -> bool:
        """One stage. False while others have to act first."""
        if not self.reference:
            self.draft()
            return True
        shown = self.ask("GET", f"/applications/{self.reference}", self.me)
        before, self.status = self.status, shown["status"]
        if self.status == "draft":
            self.submit()
        elif self.status == "awaiting_payment":
            self.pay(shown["quote"])
        elif self.status == "in_review":
            if CATALOGUE[self.slug].appointment:
                self.desk("attend", "clerk", number=self.person.national_number)
            self.desk("accept", "officer")
        elif self.status == "ready" and self.slug == "passport-renewal":
            self.desk("collect", "clerk", national_number=self.person.national_number)
        if before != self.status:
            self.record.moved = time.monotonic()
        return before != self.status

    @property
    def done(self) -> bool:
        """Nothing more to do for anybody."""
        return self.status in FINAL or (self.status == "ready" and self.slug != "passport-renewal")

    def draft(self) -> None:
        """A draft with its answers and papers."""
        begun = {"transaction": self.slug, "key": f"start-{self.number}"}
        reference = self.ask("POST", "/applications", self.me, begun)["reference"]
        given = {"answers": answers(self.slug, self.person)}
        self.ask("PUT", f"/applications/{reference}/answers", self.me, given)
        for paper in required_uploads(self.slug):
            self.upload(f"/applications/{reference}/papers", {"name": paper.name, "filename": "scan.jpg"})
        self.reference = reference

    def upload(self, path: str, query: dict[str, str]) -> None:
        """A paper, until it is taken."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            try:
                self.clients["consular"].raw("POST", path, self.me, query, SCAN, {"Content-Type": "image/jpeg"})
                self.record.note(acknowledged=1)
                return
            except Unavailable:
                self.record.note(repeated=1)
                self.rest()
        raise TimeoutError(path)

    def submit(self) -> None:
        """With fresh statements."""
        owners = ["civil_registry", *(["conscription"] if self.slug == "cash-allowance" else [])]
        purpose = {"purpose": self.slug}
        said = [self.ask("POST", "/statements", self.me, purpose, owner)["statement"] for owner in owners]
        sent = {"statements": said, "key": f"submit-{self.number}"}
        self.ask("POST", f"/applications/{self.reference}/submit", self.me, sent)
        self.submitted = True

    def pay(self, quote: dict[str, Any]) -> None:
        """At the counter, or on the provider's page; the provider may notify twice or not at all."""
        if not self.by_card:
            till = {"currency": quote["currency"], "pieces": {}, "key": f"till-{quote['currency']}"}
            self.ask("POST", "/desk/tills", officer("cashier"), till)
            self.desk("cash", "cashier", amount=quote["cash_total"], currency=quote["currency"])
        elif self.payment:
            self.ask("POST", f"/payments/{self.payment}/refresh", self.me, {})
        else:
            home = f"{self.platform.address('gateway')}/"
            opened = {"method": "card", "key": f"card-{self.number}", "return_url": home}
            page = self.ask("POST", f"/applications/{self.reference}/payments", self.me, opened)
            outcome = "pay-and-notify-twice" if self.number % 2 else "pay-silently"
            chosen = {"outcome": outcome, "number": TEST_NUMBER}
            self.choose(page["redirect_url"], chosen)
            self.payment = page["reference"]

    def choose(self, page: str, chosen: dict[str, str]) -> None:
        """On the provider's page, until it answers; a choice that arrived without an answer is not made twice."""
        give_up, sent_before = time.monotonic() + PATIENCE_SECONDS, False
        while time.monotonic() < give_up:
            try:
                answer = requests.post(page, data=chosen, timeout=10, allow_redirects=False)
            except requests.RequestException:
                sent_before = True
                self.record.note(repeated=1)
                self.rest()
                continue
            if not sent_before:
                answer.raise_for_status()
            return
        raise TimeoutError("the provider's page")


class Crowd:
    """Several threads that advance cases until all are done or one goes wrong."""

    def __init__(self, cases: list[Case], record: Record, threads: int = 6) -> None:
        self.cases = cases
        self.record = record
        self.waiting: deque[Case] = deque(cases)
        self.left = len(cases)
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self._work, daemon=True) for _ in range(threads)]

    def start(self) -> None:
        """All at once."""
        for thread in self.threads:
            thread.start()

    def finished(self) -> bool:
        """Nobody works any more."""
        return not any(thread.is_alive() for thread in self.threads)

    def end(self) -> None:
        """Whatever is in hand is finished."""
        self.stop.set()
        for thread in self.threads:
            thread.join(PATIENCE_SECONDS)

    def _work(self) -> None:
        while self.left > 0 and not self.stop.is_set():
            try:
                case = self.waiting.popleft()
            except IndexError:
                self.stop.wait(0.1)
                continue
            try:
                moved = case.advance()
            except Exception as wrong:
                fields = wrong.errors if isinstance(wrong, Invalid) else ""
                self.record.note(surprise=f"{case.slug} {case.reference} {case.status}: {wrong!r} {fields}".rstrip())
                self._finish_person()
                continue
            if case.done:
                self._finish_person()
            else:
                self.waiting.append(case)
                if not moved:
                    self.stop.wait(0.1)

    def _finish_person(self) -> None:
        with self.record.lock:
            self.left -= 1


def crowd(
    platform: Platform, people: list[Specimen], liable: list[Specimen], wanted: int, dice: random.Random
) -> Crowd:
    """Most ask for an extract, some renew a passport, some pay the allowance; a third of them by card."""
    record, cases = Record(), []
    renewing = iter(dice.sample(people, len(people)))
    allowed = iter(liable)
    for number in range(wanted):
        slug = dice.choices(["individual-extract", "passport-renewal", "cash-allowance"], [6, 3, 1])[0]
        owing = next(allowed, None) if slug == "cash-allowance" else None
        slug = slug if owing or slug != "cash-allowance" else "individual-extract"
        person = owing or (next(renewing) if slug == "passport-renewal" else dice.choice(people))
        cases.append(Case(number, slug, person, dice.random() < 0.33, record, platform))
    return Crowd(cases, record)


def specimen(row: Any) -> Specimen:
    """Somebody of the civil register, as the answers of forms know people."""
    return Specimen(
        key=str(row.national_number),
        person=str(row.id),
        national_number=row.national_number,
        sex=row.sex,
        given_name=row.given_name,
        father_name=row.father_name,
        family_name=row.family_name,
        mother_name=f"{row.mother_name} {row.mother_family}".strip(),
        latin_given=row.latin_given,
        latin_father=row.latin_father,
        latin_family=row.latin_family,
        latin_mother=f"{row.latin_mother} {row.latin_mother_family}".strip(),
        born=row.born if isinstance(row.born, date) else date.min,
        office=row.office,
        entry=row.entry,
    )
