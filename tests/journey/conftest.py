"""All services in one process, their relays and listeners turned by hand until quiet."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from deploy.demo.population.specimens import Specimen
from deploy.demo.scenarios.answers import answers, required_uploads, scan
from deploy.dev.servers.postgres import Postgres
from deploy.platform.database.roles import DATABASE, connect_as_admin
from services.civil_registry.handlers import HANDLERS as CIVIL_REGISTRY
from services.conscription.handlers import HANDLERS as CONSCRIPTION
from services.consular.handlers import HANDLERS as CONSULAR
from shared.catalogue import CATALOGUE, kin
from shared.database.db import Database
from shared.identity.actor import Actor
from shared.identity.crypto import Keys
from tests.conftest import HOME, ServiceClient, expatriate, officer
from tests.factories.messages.bus_driver import BusDriver

SET_STATUS = "UPDATE conscription.service_record SET status = %s WHERE person = %s"
HANDLERS = {"consular": CONSULAR, "civil_registry": CIVIL_REGISTRY, "conscription": CONSCRIPTION}
TAKES_CASH = frozenset({"cash", "upgrade-cash"})
_keys = count()


def fresh_key() -> str:
    """An idempotency key nobody used before in this run."""
    return f"journey-{next(_keys)}"


@dataclass
class Platform:
    """The three inner services as the gateway and the desk reach them."""

    clients: dict[str, ServiceClient]
    pump: BusDriver

    def ask(self, service: str, method: str, path: str, actor: Actor, **options: Any) -> Any:
        """The parsed answer. Fails the test on any refusal."""
        answer = self.clients[service].ask(method, path, actor, **options)
        assert answer.status_code < 400, (path, answer.get_json())
        return answer.get_json()

    def refused(self, service: str, method: str, path: str, actor: Actor, **options: Any) -> TestResponse:
        """The answer of a call that must be refused."""
        answer = self.clients[service].ask(method, path, actor, **options)
        assert answer.status_code >= 400, (path, answer.get_json())
        return answer

    def open_till(self, cashier: Actor, currency: str) -> None:
        """The cashier's till is open; the same key opens it once."""
        body = {"currency": currency, "pieces": {}, "key": f"till-{currency}"}
        self.ask("consular", "POST", "/desk/tills", cashier, json=body)


@dataclass
class Case:
    """One application, its applicant and the desk that handles it."""

    platform: Platform
    person: Specimen
    slug: str
    mission: str = HOME
    reference: str = ""
    relative: Specimen | None = None
    me: Actor = field(init=False)

    def __post_init__(self) -> None:
        self.me = expatriate(self.person.person, self.mission)

    def consular(self, method: str, path: str, actor: Actor | None = None, **options: Any) -> Any:
        """Asks consular, as the applicant unless somebody else is named."""
        return self.platform.ask("consular", method, path, actor or self.me, **options)

    def draft(self) -> "Case":
        """A draft with every answer and required paper."""
        begun = self.consular("POST", "/applications", json={"transaction": self.slug, "key": fresh_key()})
        self.reference = begun["reference"]
        self.consular(
            "PUT",
            f"/applications/{self.reference}/answers",
            json={"answers": answers(self.slug, self.person, self.relative)},
        )
        for place, paper in enumerate(required_uploads(self.slug)):
            path = f"/applications/{self.reference}/papers?name={paper.name}&filename=scan.jpg"
            self.consular("POST", path, data=scan(place), headers={"Content-Type": "image/jpeg"})
        return self

    def statements(self) -> list[str]:
        """Fresh statements from every register the entry names."""
        owners = CATALOGUE[self.slug].authorities
        return [
            self.platform.ask(owner, "POST", "/statements", self.me, json=self.asked())["statement"] for owner in owners
        ]

    def asked(self) -> dict[str, Any]:
        """What the gateway asks of a register: for which transaction, and about whom the answers name."""
        entry = CATALOGUE[self.slug]
        return {"purpose": self.slug, "holder": kin.holder_answers(entry, self.serialise()["answers"])}

    def submit(self, key: str = "") -> Any:
        """Sends it."""
        sent = {"statements": self.statements(), "key": key or fresh_key()}
        return self.consular("POST", f"/applications/{self.reference}/submit", json=sent)

    def pay_cash(self) -> Any:
        """Pays what is owed at the counter, to the last unit."""
        quote = self.serialise()["quote"]
        sent = {"amount": quote["cash_total"], "currency": quote["currency"], "key": fresh_key()}
        return self.desk("cash", "cashier", **sent)

    def come(self) -> Any:
        """Comes in person, where somebody looks at who it is."""
        return self.desk("attend", "clerk", number=self.person.national_number)

    def desk(self, verb: str, role: str = "officer", **sent: Any) -> Any:
        """An officer's verb on the case."""
        body = {"key": fresh_key(), **sent}
        if verb in TAKES_CASH:
            self.platform.open_till(officer(role, self.mission), str(sent["currency"]))
        answer = self.consular("POST", f"/desk/cases/{self.reference}/{verb}", officer(role, self.mission), json=body)
        self.platform.pump.drain()
        return answer

    def search_leads_to(self, typed: str) -> bool:
        """Whether the desk's search finds this application, and no other."""
        found = self.consular("GET", "/desk/queue", officer("officer", self.mission), query_string={"q": typed})
        return [row["reference"] for row in found["rows"]] == [self.reference]

    def serialise(self) -> Any:
        """The application as its applicant sees it."""
        return self.consular("GET", f"/applications/{self.reference}")

    @property
    def status(self) -> str:
        """Where it stands."""
        return str(self.serialise()["status"])


@pytest.fixture(scope="session")
def platform(
    registers: int,
    service_client: Callable[[str], ServiceClient],
    database: Callable[[str], Database],
    key_folder: Path,
) -> Platform:
    """The platform without processes: real databases, real rules, letters carried by hand."""
    pump = BusDriver(
        databases={name: database(name) for name in HANDLERS},
        keys={name: Keys(key_folder, name) for name in HANDLERS},
        handlers=HANDLERS,
    )
    return Platform({name: service_client(name) for name in HANDLERS}, pump)


@pytest.fixture
def case(platform: Platform) -> Callable[..., Case]:
    """`case(person, slug)`: an application about to begin."""

    def begin(person: Specimen, slug: str, relative: Specimen | None = None) -> Case:
        return Case(platform, person, slug, relative=relative)

    return begin


@pytest.fixture
def as_before(registers: int, cluster: Postgres) -> Iterator[None]:
    """Gives the specimens their standing with the directorate back, for whoever meets them next."""
    query = "SELECT person, status FROM conscription.service_record"
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        known = connection.execute(query).fetchall()
    yield
    with connect_as_admin(cluster.admin_url, DATABASE) as connection:
        connection.execute("DELETE FROM conscription.discharge")
        connection.execute("DELETE FROM conscription.deferral")
        for person, status in set(known) - set(connection.execute(query).fetchall()):
            connection.execute(SET_STATUS, [status, person])


@pytest.fixture(scope="module", autouse=True)
def nobody_filed_before(empty_files: None) -> None:
    """Each module begins with an empty mission."""
