"""The gateway on the real services, joined without sockets; any of them can be cut off in the middle of a test."""

import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import html5lib
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from deploy.demo.accounts import DemoAccount, ensure_demo
from deploy.demo.population.specimens import Specimen
from services.gateway import create_app
from services.gateway.accounts import passwords
from services.gateway.accounts.factors.authenticators import SPECIMEN_CODE
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, Attempt, Mail
from services.gateway.clients.civil_registry import CivilRegistry
from services.gateway.clients.conscription import Conscription
from services.gateway.clients.consular import Consular
from services.gateway.clients.http import Answer, Client
from shared.errors import Unavailable
from shared.messaging import heartbeat
from shared.settings import Settings
from tests.conftest import ServiceClient
from tests.factories.messages.workers import let_worker_live

PASSWORD = "stapler orchard lantern"


class Wire(Client):
    """Stands in for the network: same tokens, same bodies, same refusals as the real client, without a socket."""

    def __init__(self, service: ServiceClient) -> None:
        super().__init__("http://wire.invalid", service.gateway, service.audience)
        self.service = service
        self.is_cut = False
        self.last = ""
        self.asked: list[tuple[str, str]] = []

    def cut_after(self, method: str) -> None:
        """The next request of this method is the last that gets through."""
        self.last = method

    def mend(self) -> None:
        """Whole again."""
        self.is_cut, self.last = False, ""

    def exchange(self, method: str, target: str, data: bytes | None, headers: Mapping[str, str]) -> Answer:
        self.asked.append((method, target.partition("?")[0]))
        if self.is_cut:
            raise Unavailable("service_down", service=self.audience)
        self.is_cut = method == self.last
        answer = self.service.client.open(target, method=method, data=data, headers=dict(headers))
        return Answer(answer.status_code, dict(answer.headers), bytes(answer.data))


@dataclass
class Gateway:
    """The application under test and the wires to what it asks."""

    app: Flask
    wires: dict[str, Wire]

    def browser(self) -> "Browser":
        """Somebody who comes for the first time."""
        return Browser(self.app.test_client())

    def account(self, role: str = "expatriate", mission: str = "RUH", person: Specimen | None = None) -> DemoAccount:
        """An account that exists; expatriates are confirmed when they name a person."""
        made = DemoAccount(
            email=f"{role}.{person.key if person else 'nobody'}.{mission}@mahjar.example".lower(),
            password=PASSWORD,
            role=role,
            mission=mission,
            person=person.person if person else None,
            number=person.national_number if person else "",
            name_ar=f"{person.given_name} {person.family_name}" if person else "",
        )
        if person is not None:
            self.release(person, keep=made.email)
        with self.app.extensions["database"].scope(None) as session:
            ensure_demo(session, self.app.extensions["settings"].secret, [made])
        return made

    def release(self, person: Specimen, keep: str = "") -> None:
        """Unties the person from accounts that other tests made."""
        others = update(Account).where(Account.person == person.person, Account.email != keep)
        nobody = others.values(person=None, number_key=None, assurance=None)
        with self.app.extensions["database"].scope(None) as session:
            session.execute(nobody.execution_options(synchronize_session=False))

    def visitor(self, role: str = "expatriate", mission: str = "RUH", person: Specimen | None = None) -> "Browser":
        """Somebody signed in."""
        browser, account = self.browser(), self.account(role, mission, person)
        browser.sign_in(account.email, account.password)
        return browser

    def let_workers_live(self) -> None:
        """As if the workers of all services had just said that they live."""
        with self.app.extensions["database"].scope(None) as session:
            heartbeat.record_heartbeat(session)
        for wire in self.wires.values():
            with wire.service.app.extensions["database"].scope(None) as session:
                let_worker_live(session)

    def mails(self, address: str) -> list[tuple[str, dict[str, str]]]:
        """The e-mails that wait for an address, oldest first: their events and parameters."""
        settings = self.app.extensions["settings"]
        with self.app.extensions["database"].scope(None) as session:
            rows = session.scalars(select(Mail).where(Mail.address == address).order_by(Mail.created_at, Mail.id)).all()
            return [(mail.event, queue.params_of(settings.secret, mail)) for mail in rows]

    def signed_up(self, email: str, mission: str = "RUH") -> "Browser":
        """Somebody with a new account, whose address is confirmed by the code that was sent to it."""
        browser = self.browser()
        browser.submit("/en/sign-up", email=email, password=PASSWORD, mission=mission)
        _, params = self.mails(email)[-1]
        answer = browser.submit("/en/sign-up/code", code=params["code"])
        assert answer.status_code == 303, answer.text
        return browser

    def declared(self, person: Specimen, email: str, mission: str = "RUH") -> "Browser":
        """Somebody who has declared to be this person, and proven nothing."""
        browser = self.signed_up(email, mission)
        answer = browser.submit("/en/identity", **particulars(person))
        assert answer.status_code == 303, answer.text
        return browser

    def forget_tries(self) -> None:
        """So that one test's tries do not slow the next one down."""
        with self.app.extensions["database"].scope(None) as session:
            session.query(Attempt).delete()


@dataclass
class Browser:
    """Keeps cookies, reads every page strictly, and sends the form's token along as a browser would."""

    client: FlaskClient
    pages: list[str] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> TestResponse:
        return self._read(self.client.get(path, buffered=True, **options))

    def post(self, path: str, **form: Any) -> TestResponse:
        """A POST with whatever fields are given and no token of its own."""
        return self._read(self.client.post(path, data=form, buffered=True))

    def submit(self, path: str, page: str = "", **form: Any) -> TestResponse:
        """Opens the page that holds the form, takes its token, and sends the form."""
        return self.post(path, csrf_token=self.token(page or path), **form)

    def sign_in(self, identifier: str, password: str = PASSWORD, page: str = "/en/sign-in") -> TestResponse:
        """Signs in; staff of the specimens with the specimen code."""
        answer = self.submit("/en/sign-in", page=page, identifier=identifier, password=password)
        assert answer.status_code == 303, answer.text
        if str(answer.location).startswith("/en/sign-in/second"):
            answer = self.submit("/en/sign-in/second", factor_code=SPECIMEN_CODE)
            assert answer.status_code == 303, answer.text
        return answer

    def form(self, page: str, action: str = "") -> dict[str, str]:
        """The hidden fields of the form of this action on a page; of the page's own address unless one is named."""
        text = self.get(page).text
        wanted = action or page.partition("?")[0]
        for opening, content in re.findall(r"(<form\b[^>]*>)(.*?)</form>", text, re.S):
            if re.search(rf'action="{re.escape(wanted)}["?#]', opening):
                return {
                    name: unescape(value)
                    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', content)
                }
        raise AssertionError(f"no form for {wanted} on {page}")

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(page).text)
        assert found, f"no token on {page}"
        return found[1]

    def hidden(self, page: str, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'type="hidden" name="{name}" value="([^"]+)"', self.get(page).text)
        assert found, f"no {name} on {page}"
        return found[1]

    def _read(self, answer: TestResponse) -> TestResponse:
        if answer.mimetype == "text/html" and answer.text:
            check_html(answer.text)
            self.pages.append(answer.text)
        return answer


def particulars(person: Specimen, **changed: str) -> dict[str, str]:
    """What stands on a person's card, as the fields of the form."""
    day = {"born-day": str(person.born.day), "born-month": str(person.born.month), "born-year": str(person.born.year)}
    return {**person.identity(), **day, **changed}


def check_html(text: str) -> None:
    """Raises for markup that a browser would have to repair, and for a page over its weight."""
    if not text.lstrip().startswith("<!doctype html>") and "Redirecting" in text:
        return
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(text)
    faults = [fault for fault in parser.errors if fault[1] != "unknown-doctype"]
    assert not faults, (faults[:3], text.splitlines()[faults[0][0][0] - 1])
    # Public pages have their styles inside, and are sent packed: tests/service/gateway/web holds what that weighs.
    assert len(re.sub(r"<style.*?</style>", "", text, flags=re.S).encode()) <= 50_000
    assert "{{" not in text and "Undefined" not in text


def hash_quickly() -> None:
    """Passwords of tests guard nothing: the cheapest parameters, for the length of the run."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._nobodys_hash.cache_clear()


def build(environment: Callable[[str], dict[str, str]], client: Callable[[str], ServiceClient], **env: str) -> Gateway:
    """The gateway's application with its wires."""
    hash_quickly()
    wires = {name: Wire(client(name)) for name in ("consular", "civil_registry", "conscription")}
    settings = Settings.load("gateway", {**environment("gateway"), **env})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        app = create_app(
            settings,
            consular=Consular.through(wires["consular"]),
            civil_registry=CivilRegistry(wires["civil_registry"]),
            conscription=Conscription(wires["conscription"]),
        )
    return Gateway(app, wires)
