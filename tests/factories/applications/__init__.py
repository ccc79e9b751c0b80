"""Files applications the way people do: answers, papers, statements of the registers; by verbs or over HTTP."""

import io
import itertools
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from deploy.demo.days import today
from services.consular.applications.model import Application
from services.consular.handlers import HANDLERS
from services.consular.passports import booklets
from services.consular.payments.tills.denominations import denominations
from services.consular.workflow import draft
from services.consular.workflow.submit import submit
from shared import forms
from shared.catalogue.model import Question
from shared.identity.access import ACCESS
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from shared.messaging.messages import Envelope
from tests.conftest import HOME, ServiceClient, expatriate, officer
from tests.factories.messages.envelopes import envelope
from tests.factories.payments import open_till
from tests.factories.uploads import PDF, taken_file

TAKES_CASH = frozenset({"cash", "upgrade-cash"})
_numbers = itertools.count(1)
_passports = itertools.count(12_345_678)
_serials = itertools.count(700_000_000)


# Spelt as the register has them in `Person.facts`.
NAMES = {"latin_given_name": "Rasha", "latin_father_name": "Samer", "latin_family_name": "Alhussein"}


def answer_to(question: Question) -> object:
    """A good answer to any question of the catalogue."""
    soon, past = today() + timedelta(days=90), "2019-03-05"
    by_kind: dict[str, object] = {
        "text": "نص",
        "name": "رشا",
        "long_text": "شارع العليا، الرياض",
        "latin": "Rasha",
        "date": soon.isoformat(),
        "past_date": past,
        "choice": question.choices[0] if question.choices else "",
        "number": str(question.minimum),
        "national_number": "01234567890",
        "passport_number": f"N{next(_passports)}",
        "phone": "+966 50 123 4567",
        "saudi_number": "2123456789",
        "saudi_mobile": "+966 50 123 4567",
    }
    return NAMES.get(question.name) or by_kind[question.kind]


def good_answers(slug: str) -> dict[str, object]:
    """A complete form."""
    return {question.name: answer_to(question) for question in forms.transaction(slug).questions}


@dataclass
class Registers:
    """The keys of the registers, which sign what they attest."""

    folder: Path

    def statement(
        self,
        register: str,
        person: str,
        slug: str,
        facts: Mapping[str, Any],
        seconds: int = 300,
        kind: str = "statement",
    ) -> str:
        """One signed statement."""
        claims = {"person": person, "purpose": slug, "facts": dict(facts)}
        return Keys(self.folder, register).sign(kind, "consular", seconds, claims)

    def statements(self, person: "Person", slug: str) -> list[str]:
        """All that a transaction needs."""
        attested = {"civil_registry": person.facts, "conscription": person.service}
        wanted = forms.transaction(slug).authorities
        return [self.statement(register, person.id, slug, attested[register]) for register in wanted]


@dataclass
class Person:
    """Somebody who applies, and what the registers know of them."""

    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    number: str = field(default_factory=lambda: f"0100{next(_numbers):07d}")
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        return expatriate(self.id)

    @property
    def facts(self) -> dict[str, Any]:
        return {
            "person": self.id,
            "national_number": self.number,
            "name": {
                "ar": {"given": "رشا", "father": "سامر", "family": "الحسين"},
                "latin": {"given": "Rasha", "father": "Samer", "family": "Alhussein"},
            },
            "sex": "M",
            "born": "1998-04-17",
            "alive": True,
            "registered": True,
            **self.changes,
        }

    @property
    def service(self) -> dict[str, Any]:
        return {"person": self.id, "service_status": "liable", "born_abroad": False}


def file_by_verbs(session: Session, folder: Path, person: Person, slug: str, mission: str = HOME) -> Application:
    """A submitted application, within one session."""
    made = draft.start(session, person.actor, slug, mission)
    draft.save(session, person.actor, made.reference, good_answers(slug))
    for paper in forms.transaction(slug).papers:
        draft.attach(session, person.actor, made.reference, paper.name, "scan.pdf", taken_file(session, mission))
    statements = Registers(folder).statements(person, slug)
    return submit(session, person.actor, Keys(folder, "consular"), made.reference, statements)


@dataclass
class Counter:
    """The consular service over HTTP, as one applicant and the officers of a mission use it."""

    client: ServiceClient
    registers: Registers
    person: Person = field(default_factory=Person)
    mission: str = HOME
    reference: str = ""
    tills: set[tuple[str, str]] = field(default_factory=set)

    def start(self, slug: str, key: str = "", **more: object) -> TestResponse:
        """POST /applications; remembers the reference."""
        body = {"transaction": slug, "mission": self.mission, "key": key or uuid.uuid4().hex, **more}
        answer = self.client.post("/applications", self.person.actor, body)
        if answer.status_code == 201:
            self.reference = answer.get_json()["reference"]
        return answer

    def ask_as_applicant(self, method: str, path: str = "", body: object = None, **options: object) -> TestResponse:
        """The applicant's request about this application."""
        return self.client.ask(method, f"/applications/{self.reference}{path}", self.person.actor, json=body, **options)

    def ask_as_officer(self, path: str) -> TestResponse:
        """GET as a head of mission."""
        return self.client.ask("GET", path, officer("head_of_mission", self.mission))

    def save(self, answers: Mapping[str, object]) -> TestResponse:
        """PUT answers."""
        return self.ask_as_applicant("PUT", "/answers", {"answers": dict(answers)})

    def upload(
        self, name: str, data: bytes = PDF, kind: str = "application/pdf", filename: str = "s.pdf"
    ) -> TestResponse:
        """POST one paper."""
        return self.client.ask(
            "POST",
            f"/applications/{self.reference}/papers",
            self.person.actor,
            query_string={"name": name, "filename": filename},
            input_stream=io.BytesIO(data),
            headers={"Content-Type": kind, "Content-Length": str(len(data))},
        )

    def fill(self, slug: str) -> None:
        """Draft, answers and papers, ready to submit."""
        assert self.start(slug).status_code == 201
        assert self.save(good_answers(slug)).status_code == 200
        for paper in forms.transaction(slug).papers:
            assert self.upload(paper.name).status_code == 201

    def submit(self, statements: list[str] | None = None, key: str = "") -> TestResponse:
        """POST submit, with the registers' true statements unless others are given."""
        if statements is None:
            statements = self.registers.statements(self.person, self.read()["transaction"])
        return self.ask_as_applicant("POST", "/submit", {"statements": statements, "key": key or uuid.uuid4().hex})

    def read(self) -> dict[str, Any]:
        """GET the application."""
        answer = self.ask_as_applicant("GET")
        assert answer.status_code == 200, answer.get_json()
        return dict(answer.get_json())

    def desk(self, verb: str, who: Actor | None = None, key: str = "", **body: object) -> TestResponse:
        """POST a verb of the desk."""
        actor = who or officer("head_of_mission", self.mission)
        if verb in TAKES_CASH and actor.role in ACCESS["till.open"] and actor.mission == self.mission:
            self.open_till(actor, str(body["currency"]))
        path = f"/desk/cases/{self.reference}/{verb}"
        return self.client.post(path, actor, {"key": key or uuid.uuid4().hex, **body})

    def open_till(self, actor: Actor, currency: str = "SAR") -> None:
        """The officer's till is open; a second time nothing is asked."""
        if (actor.id, currency) in self.tills:
            return
        self.tills.add((actor.id, currency))
        with self.client.app.extensions["database"].scope(self.mission) as session:
            if currency in denominations():
                open_till(session, actor, currency)

    def pay(self) -> TestResponse:
        """Cash for exactly what is owed."""
        owed = self.read()["quote"]
        cashier = officer("cashier", self.mission)
        return self.desk("cash", cashier, amount=owed["cash_total"], currency=owed["currency"])

    def decide(self, outcome: str, sender: str = "civil_registry", ask: str = "confirm", **more: object) -> None:
        """The authority's answer arrives."""
        with self.client.app.extensions["database"].scope(self.mission) as session:
            HANDLERS["decision.made"](session, decision(self.reference, outcome, sender, ask, **more))

    def stock(self, count: int = 1) -> list[str]:
        """Blank booklets come in."""
        with self.client.app.extensions["database"].scope(self.mission) as session:
            return receive(session, count, self.mission)

    def come(self) -> TestResponse:
        """The applicant comes in person and shows their own number."""
        return self.desk("attend", number=self.person.number)

    def until(self, status: str, slug: str = "passport-renewal") -> "Counter":
        """As far along the straight way as asked."""
        self.fill(slug)
        steps: dict[str, Callable[[], object]] = {
            "awaiting_payment": self.submit,
            "in_review": self.pay,
            "with_authority": lambda: self.desk("accept"),
            "ready": lambda: self.grant(slug),
            "collected": lambda: self.desk("collect", national_number=self.person.number),
        }
        for reached, step in steps.items():
            step()
            assert self.read()["status"] == reached
            if reached == "in_review" and forms.transaction(slug).appointment:
                assert self.come().status_code == 200
            if reached == status:
                break
        return self

    def grant(self, slug: str) -> None:
        """A booklet is in stock, and the authority agrees."""
        self.stock()
        self.decide("granted", ask=forms.transaction(slug).asks[0].ask, document="RUH-R23")


def decision(reference: str, outcome: str, sender: str, ask: str, **more: object) -> Envelope:
    """A `decision.made` as the inbox hands it over."""
    body = {"application": reference, "transaction": "", "ask": ask, "outcome": outcome, **more}
    return envelope("decision.made", sender, reference, body, mission=reference[:3])


def receive(session: Session, count: int, mission: str = HOME) -> list[str]:
    """Takes blank booklets with new serial numbers into stock."""
    serials = [f"N{next(_serials)}" for _ in range(count)]
    booklets.receive(session, officer("head_of_mission", mission), mission, serials)
    return serials
