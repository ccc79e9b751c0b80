"""What the money tests share: somebody who owes, somebody who pays, and a card provider without a socket."""

import uuid
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.demo.sandbox.card_api import Sandbox
from deploy.demo.sandbox.notices import Notifier
from deploy.demo.sandbox.objects import CHARGE, Writer
from deploy.demo.sandbox.pages import OUTCOMES
from deploy.demo.sandbox.provider import create_app
from services.consular import missions
from services.consular.applications.model import Application
from services.consular.payments.collection import take
from services.consular.payments.collection.rules import Outcome
from services.consular.payments.orders import attempts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import Payment
from services.consular.payments.providers.exchange import Line
from services.consular.payments.providers.rules import Answer, AttemptReference, ProviderStatus
from services.consular.payments.providers.stripe import objects
from services.consular.payments.providers.stripe.checkout import StripeProvider
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tills import till
from services.consular.payments.tills.model import Till
from services.consular.workflow.money.settle import by_cash
from shared.database.db import Database
from shared.errors import Conflict
from shared.identity.actor import Actor, service
from shared.values import references
from shared.values.money import Money
from tests.conftest import officer

JOB = service("consular")
CASHIER = Actor("officer", "cashier-1", "cashier", "RUH")
RETURN = "http://127.0.0.1:8080/applications/x/paid"
API_KEY = "sk_test_specimen"
T = TypeVar("T")


def open_till(session: Session, actor: Actor, currency: str) -> None:
    """The officer's till of a currency at the session's mission, with an empty float; one that is open stays."""
    if session.scalar(select(Till.reference).filter_by(officer=actor.id, currency=currency, state="open")) is None:
        # Another thread of the test may have opened it just now.
        with suppress(Conflict):
            till.open_till(session, actor, currency, {})


def owe(session: Session, mission: str = "RUH", transaction: str = "passport-renewal") -> Order:
    """An open order of a new application. The cashier's till is open."""
    open_till(session, replace(CASHIER, mission=mission), missions.find(session, mission).currency)
    return quote.issue_order(
        session,
        JOB,
        application=references.new(mission, 10, "A"),
        transaction=transaction,
        mission=mission,
        person=str(uuid.uuid4()),
        parties=lambda: quote.Parties({"ar": "رشا الحسين", "en": "Rasha Alhussein"}),
    )


def owed(database: Database, mission: str = "RUH", transaction: str = "passport-renewal") -> Order:
    """The same, committed."""
    with database.scope(mission) as session:
        return owe(session, mission, transaction)


def settle(session: Session, actor: Actor, attempt: str, answer: Answer) -> Outcome:
    """What the applications' settle does, less the application."""
    return take.record_answer(session, actor, attempt, answer)


def opened(database: Database, order: Order) -> Payment:
    """A card attempt, committed, whose page nobody has opened."""
    with database.scope(order.mission) as session:
        return take.open_attempt(session, JOB, order.reference, key=str(uuid.uuid4()))


def paid(money: Money, reference: str = "page_1") -> Answer:
    """A provider's word that it has the money."""
    return Answer(ProviderStatus.PAID, reference, money)


def state_of(database: Database, payment: Payment) -> Payment:
    """The attempt as it stands."""
    with database.scope(payment.reference[:3]) as session:
        return attempts.find(session, payment.reference)


def activate(session: Session, transaction: str, status: str = "active") -> None:
    """A dated row of today, at the mission of the session."""
    today = missions.today(session, session.info["mission"])
    transaction_status.declare_status(session, transaction, status, today, "test", "tests")


@dataclass(frozen=True)
class SandboxLine(Line):
    """The line to the sandbox's interface in this process."""

    app: Flask = field(default_factory=lambda: create_app(API_KEY, Notifier("", "")))

    def ask(self, method: str, path: str, **content: Any) -> tuple[int, bytes]:
        answer = self.app.test_client().open(path, method=method, base_url=self.url, **content)
        return answer.status_code, answer.get_data()


class InMemoryProvider(StripeProvider):
    """The adapter on the sandbox without its sockets; `broken` is what the next calls raise, their work done."""

    def __init__(self) -> None:
        self.line: SandboxLine = SandboxLine("http://sandbox")
        self.key = API_KEY
        self.sandbox: Sandbox = self.line.app.extensions["sandbox"]
        self.books, self.refunds, self.disputes = self.sandbox.books, self.sandbox.refunds, self.sandbox.disputes
        self.broken: list[Exception] = []
        self.opened = 0

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        self.opened += 1
        return self._broken(super().open_page(reference, money, return_url))

    def query_status(self, attempt: AttemptReference) -> Answer:
        return self._broken(super().query_status(attempt))

    def list_disputed(self, since: datetime) -> list[str]:
        return self._broken(super().list_disputed(since))

    def refund(self, key: str, attempt: AttemptReference, money: Money) -> Answer:
        return self._broken(super().refund(key, attempt, money))

    def query_refund(self, key: str, attempt: AttemptReference) -> Answer:
        return self._broken(super().query_refund(key, attempt))

    def _broken(self, answer: T) -> T:
        if self.broken:
            raise self.broken.pop(0)
        return answer

    def choose(self, reference: str, outcome: str) -> Answer:
        """What the payer does on the page; what the provider says of it after that."""
        page = self.books.find(reference)
        assert page is not None
        changed = self.books.act(page.id, OUTCOMES[outcome])
        assert changed is not None
        return objects.session_answer(self.writer().session(changed))

    def dispute(self, reference: str, choice: str, amount: int | None = None) -> None:
        """What the payer's bank does."""
        assert self.disputes.change(reference, choice, amount) is not None

    def writer(self) -> Writer:
        """Writes its objects with their payments."""
        return Writer(self.refunds, self.disputes, self.line.url, [CHARGE])

    def refund_keys(self) -> list[str]:
        """Our keys of the refunds that were made."""
        return [one.metadata[objects.REFUND] for one in self.refunds.made]

    def forget_refunds(self) -> None:
        """As if none had ever been ordered."""
        self.refunds.made.clear()
        self.sandbox.replies.clear()


def attempt_reference(reference: str, provider_reference: str | None = None) -> AttemptReference:
    """An attempt that was opened just now."""
    return AttemptReference(reference, provider_reference, datetime.now(UTC))


def pay(session: Session, application: Application) -> None:
    """Takes an application's fee in cash."""
    order = quote.of_application(session, application.reference)
    assert order is not None
    open_till(session, officer("cashier", application.mission), order.currency)
    by_cash(session, officer("cashier"), application.reference, order.money, f"key-{order.reference}")
