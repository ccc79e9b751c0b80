"""What the money tests share: somebody who owes, somebody who pays, and a card provider without a socket."""

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from deploy.demo.sandbox.disputes import DisputeBooks
from deploy.demo.sandbox.pages import OUTCOMES, Books, Changed, Page
from deploy.demo.sandbox.refunds import NotRefundable, RefundBooks
from services.consular import missions
from services.consular.applications.model import Application
from services.consular.payments.collection import take
from services.consular.payments.collection.rules import Outcome
from services.consular.payments.orders import attempts, quote
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import Payment
from services.consular.payments.providers.card import page_answer
from services.consular.payments.providers.rules import Answer, ProviderStatus
from services.consular.payments.tariffs import transaction_status
from services.consular.payments.tills import till
from services.consular.payments.tills.model import Till
from services.consular.workflow.money.settle import by_cash
from shared.database.db import Database
from shared.errors import Conflict, Refusal
from shared.identity.actor import Actor, service
from shared.values import references
from shared.values.money import Money
from tests.conftest import officer

JOB = service("consular")
CASHIER = Actor("officer", "cashier-1", "cashier", "RUH")
RETURN = "http://127.0.0.1:8080/applications/x/paid"


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


def paid(money: Money, reference: str = "page_1", unverified: bool = False) -> Answer:
    """A provider's word that it has the money."""
    return Answer(ProviderStatus.PAID, reference, money, unverified=unverified)


def state_of(database: Database, payment: Payment) -> Payment:
    """The attempt as it stands."""
    with database.scope(payment.reference[:3]) as session:
        return attempts.find(session, payment.reference)


def activate(session: Session, transaction: str, status: str = "active") -> None:
    """A dated row of today, at the mission of the session."""
    today = missions.today(session, session.info["mission"])
    transaction_status.declare_status(session, transaction, status, today, "test", "tests")


class InMemoryProvider:
    """The sandbox's books without its sockets; `broken` is what the next calls raise, their work done."""

    def __init__(self) -> None:
        self.books = Books()
        self.refunds = RefundBooks(self.books)
        self.disputes = DisputeBooks(self.books)
        self.broken: list[Exception] = []
        self.opened = 0

    def open_page(self, reference: str, money: Money, return_url: str) -> Answer:
        self.opened += 1
        try:
            page = self.books.open(reference, money, return_url)
        except Changed as changed:
            raise Refusal("provider_refused") from changed
        self._break()
        return page_answer(page.as_answer("http://sandbox"))

    def query_status(self, reference: str) -> Answer:
        page = self.books.find(reference)
        self._break()
        return page_answer(self.answer_about(page)) if page else Answer(ProviderStatus.ABSENT)

    def list_disputed(self, since: datetime) -> list[str]:
        self._break()
        return self.disputes.changed_since(since.timestamp())

    def dispute(self, reference: str, choice: str, amount: int | None = None) -> Answer:
        """What the payer's bank does; the notification that follows from it."""
        page = self.books.find(reference)
        assert page is not None and self.disputes.change(reference, choice, amount) is not None
        return page_answer(self.answer_about(page), unverified=True)

    def answer_about(self, page: Page) -> dict[str, object]:
        return page.as_answer("http://sandbox") | {"dispute": self.disputes.dispute_of(page.reference)}

    def refund(self, key: str, attempt: str, money: Money) -> Answer:
        try:
            made = self.refunds.refund(key, attempt, money)
        except NotRefundable as refused:
            raise Refusal("provider_refused") from refused
        self._break()
        return page_answer(made.as_answer())

    def query_refund(self, key: str) -> Answer:
        made = self.refunds.by_key.get(key)
        self._break()
        return page_answer(made.as_answer()) if made else Answer(ProviderStatus.ABSENT)

    def choose(self, reference: str, outcome: str) -> Answer:
        """What the payer does on the page; the notification that follows from it."""
        page = self.books.find(reference)
        assert page is not None
        ended = self.books.close(page.id, OUTCOMES[outcome])
        assert ended is not None
        return page_answer(ended.as_answer("http://sandbox"), unverified=True)

    def _break(self) -> None:
        if self.broken:
            raise self.broken.pop(0)


def pay(session: Session, application: Application) -> None:
    """Takes an application's fee in cash."""
    order = quote.of_application(session, application.reference)
    assert order is not None
    open_till(session, officer("cashier", application.mission), order.currency)
    by_cash(session, officer("cashier"), application.reference, order.money, f"key-{order.reference}")
