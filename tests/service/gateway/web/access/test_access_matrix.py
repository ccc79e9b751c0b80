"""Who reaches what: every role at every route, with a thing of its own, of another person, and of another mission.

The cells come from the route map and the table of pages. A route that is not in the table fails the first test.
"""

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from werkzeug.routing import Rule
from werkzeug.routing.converters import IntegerConverter
from werkzeug.test import TestResponse

from deploy.demo.population import specimens
from deploy.demo.population.specimens import Specimen
from services.consular.payments.orders import receipt
from services.gateway.accounts.factors.model import Authenticator
from services.gateway.accounts.levels import EVERY
from services.gateway.accounts.model import Account
from services.gateway.web import security
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.roles import ANONYMOUS, ANYONE, ENROLLING
from shared.database import db
from shared.database.db import Database
from shared.identity.actor import OFFICER_ROLES
from tests.conftest import ServiceClient
from tests.factories.applications import Counter, Person, Registers
from tests.factories.gateway import PASSWORD, Browser, Gateway
from tests.factories.gateway.routes import FILLING, value_for
from tests.factories.messages.parked import park

OWN, OTHER_PERSON, OTHER_MISSION = "own", "other_person", "other_mission"
SCOPES = (OWN, OTHER_PERSON, OTHER_MISSION)
ROLES = (ANONYMOUS, "disabled", ENROLLING, "new", "contact", "confirmed", "frozen", *sorted(OFFICER_ROLES))
LEAST_CELLS = 3000
# Where somebody is led who may not enter.
LED_TO = ("/ar/sign-in?next=", "/ar/account/contact", "/ar/identity", "/ar/account/security")
# Names of things that the three files have.
THINGS = frozenset({"reference", "paper", "number"})
# Files, what depends on the workers, what the provider signs, and the end of the session itself.
LEFT_OUT = frozenset({"static", "fonts", "ready", "provider.webhook", "sign_in.sign_out"})


@dataclass(frozen=True)
class File:
    """An application with a scan, a receipt and a message about it that was set aside."""

    reference: str
    paper: str
    number: str
    message: int


# Other tests of a run may have made the first receipt of the year and set the first message aside.
ABSENT = File(FILLING["reference"], FILLING["paper"], "RUH-RC-2026-999999", 999_999)


@dataclass(frozen=True)
class Cell:
    """One request and what has to come of it."""

    rule: Rule
    method: str
    role: str
    scope: str

    @property
    def allowed(self) -> Set[str]:
        return PAGES[self.rule.endpoint]

    @property
    def is_of_a_thing(self) -> bool:
        return bool(THINGS & set(self.rule.arguments)) and self.allowed != ANYONE

    @property
    def expected(self) -> str:
        """`refused` by the table, `hidden` as if the thing were absent, or `open`."""
        who = ANONYMOUS if self.role == "disabled" else self.role
        if who not in self.allowed:
            return "refused"
        if not self.is_of_a_thing or self.scope == OWN:
            return "open"
        return "open" if who in OFFICER_ROLES and self.scope == OTHER_PERSON else "hidden"

    def is_right(self, answer: TestResponse, absent: TestResponse | None) -> bool:
        """`absent` is the answer about a thing that does not exist: one that is hidden looks the same."""
        is_refused = answer.status_code == 403 or (answer.location or "").startswith(LED_TO)
        if self.expected == "refused":
            return is_refused
        if self.expected == "hidden":
            return absent is not None and answer.status_code == absent.status_code >= 400
        leads_on = self.rule.endpoint.startswith(("identity.", "contact.", "factors.", "sign_in.", "second_step."))
        return answer.status_code < 500 and (answer.status_code != 403) and (not is_refused or leads_on)


def rules(gateway: Gateway) -> Iterator[tuple[Rule, str]]:
    for rule in gateway.app.url_map.iter_rules():
        if rule.endpoint not in LEFT_OUT:
            yield from ((rule, method) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


def cells(gateway: Gateway, role: str) -> list[Cell]:
    """An address in which no thing stands is the same one in every scope."""
    return [
        Cell(rule, method, role, scope)
        for rule, method in rules(gateway)
        for scope in (SCOPES if THINGS & set(rule.arguments) else (OWN,))
    ]


@pytest.fixture(autouse=True)
def accounts_as_before(gateway: Gateway) -> Iterator[None]:
    """Other tests use the same accounts."""
    yield
    with gateway.app.extensions["database"].scope(None) as session:
        session.execute(update(Account).values(frozen_at=None, disabled_at=None))
        session.execute(
            update(Account).where(Account.email_confirmed_at.is_(None)).values(email_confirmed_at=db.now(session))
        )


@pytest.fixture(scope="module")
def files(
    service_client: Callable[[str], ServiceClient],
    database: Callable[[str], Database],
    key_folder: Path,
    registers: int,
) -> dict[str, File]:
    """One file of each kind, paid at the counter."""
    assert registers

    def file_application(person: Person, mission: str) -> File:
        counter = Counter(service_client("consular"), Registers(key_folder), person=person, mission=mission)
        counter.fill("passport-renewal")
        assert counter.submit().status_code == 200
        receipt = counter.pay().get_json()["receipt"]
        message = park(database("consular"), counter.reference)
        return File(counter.reference, counter.read()["papers"][0]["id"], receipt, message)

    def person_of(specimen: Specimen) -> Person:
        return Person(specimen.person, specimen.national_number)

    return {
        OWN: file_application(person_of(specimens.FATHER), "RUH"),
        OTHER_PERSON: file_application(person_of(specimens.WOMAN), "RUH"),
        OTHER_MISSION: file_application(Person(), "BER"),
    }


def somebody(gateway: Gateway, role: str) -> Browser:
    """Signed in as this role, as far as it can be."""
    if role == ANONYMOUS:
        return gateway.browser()
    if role == "confirmed":
        return gateway.visitor(person=specimens.FATHER)
    if role in OFFICER_ROLES:
        return gateway.visitor(role)
    made = gateway.account("officer", "BER") if role == ENROLLING else gateway.account(mission="RUH")
    with gateway.app.extensions["database"].scope(None) as session:
        account = session.scalars(select(Account).where(Account.email == made.email)).one()
        account.email_confirmed_at, account.frozen_at, account.disabled_at = db.now(session), None, None
        session.execute(delete(Authenticator).where(Authenticator.account_id == account.id))
    browser = gateway.browser()
    assert browser.submit("/en/sign-in", identifier=made.email, password=PASSWORD).status_code == 303
    columns = {"new": "email_confirmed_at", "frozen": "frozen_at", "disabled": "disabled_at"}
    if role in columns:
        with gateway.app.extensions["database"].scope(None) as session:
            value = None if role == "new" else db.now(session)
            session.execute(update(Account).where(Account.email == made.email).values({columns[role]: value}))
    return browser


def value_in(rule: Rule, name: str, file: File) -> str:
    """What stands at a place of an address: a thing of the file, where it is one."""
    value = value_for(rule, name)
    if name == "number" and isinstance(rule._converters[name], IntegerConverter):
        return str(file.message)
    return getattr(file, name) if name in THINGS and value == FILLING[name] else value


def request(gateway: Gateway, browser: Browser, token: str, cell: Cell, file: File) -> TestResponse:
    given = {name: value_in(cell.rule, name, file) for name in cell.rule.arguments}
    path = gateway.app.url_map.bind("").build(cell.rule.endpoint, given, method=cell.method)
    form = {"csrf_token": token} if cell.method == "POST" else None
    return browser.client.open(path, method=cell.method, data=form, buffered=True)


def token_of(browser: Browser) -> str:
    for page in ("/en/account/security", "/en/sign-in"):
        text = browser.client.get(page, buffered=True).text
        if 'name="csrf_token" value="' in text:
            return text.partition('name="csrf_token" value="')[2].partition('"')[0]
    raise AssertionError("no form")


def test_the_matrix_is_large_enough_and_knows_every_route(gateway: Gateway) -> None:
    assert {rule.endpoint for rule in gateway.app.url_map.iter_rules()} <= set(PAGES)
    assert set(EVERY) - {"declared"} <= set(ROLES)
    assert sum(len(cells(gateway, role)) for role in ROLES) >= LEAST_CELLS
    assert len(ROLES) >= 9
    assert "RUH" in FILLING.values()


def wrong_cells(gateway: Gateway, files: dict[str, File], role: str, endpoint: str = "") -> list[str]:
    """What is not as the table says: of every route, or of those whose name holds `endpoint`."""
    browser = somebody(gateway, role)
    token, wrong = token_of(browser), list[Any]()
    for cell in cells(gateway, role):
        if endpoint not in cell.rule.endpoint:
            continue
        answer = request(gateway, browser, token, cell, files[cell.scope])
        absent = request(gateway, browser, token, cell, ABSENT) if cell.expected == "hidden" else None
        if not cell.is_right(answer, absent):
            wrong.append(
                (cell.rule.endpoint, cell.method, cell.scope, cell.expected, answer.status_code, answer.location)
            )
        gateway.forget_tries()
    return [str(one) for one in wrong]


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("role", ROLES)
def test_no_cell_is_wrong(gateway: Gateway, files: dict[str, File], role: str) -> None:
    wrong = wrong_cells(gateway, files, role)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("role", "endpoint"),
    [
        ("confirmed", "applications.show"),
        ("confirmed", "documents.receipt"),
        ("officer", "desk.case"),
        ("head_of_mission", "desk.parked_message"),
    ],
)
def test_ones_own_is_really_there(gateway: Gateway, files: dict[str, File], role: str, endpoint: str) -> None:
    """So that a matrix of absent things would not pass."""
    rule = next(one for one in gateway.app.url_map.iter_rules() if one.endpoint == endpoint)
    answer = request(gateway, somebody(gateway, role), "", Cell(rule, "GET", role, OWN), files[OWN])
    assert answer.status_code in (200, 503)


def test_a_planted_hole_in_the_table_of_pages_is_seen(
    gateway: Gateway, files: dict[str, File], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clerk opens what the gateway alone keeps, such as the list of staff; services would refuse by themselves."""
    monkeypatch.setattr(security, "check_page", lambda *_: None)
    assert wrong_cells(gateway, files, "clerk", "desk.staff")


def test_a_planted_owner_that_nobody_compares_is_seen(
    gateway: Gateway, files: dict[str, File], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A number changed in an address leads to another person's receipt."""
    monkeypatch.setattr(receipt, "check_access", lambda *_, **__: None)
    assert wrong_cells(gateway, files, "confirmed", "receipt")
