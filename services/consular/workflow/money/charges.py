"""The charges of an application, and the refunds when it ends early."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import recipients
from services.consular.notices.create import create_notice
from services.consular.notices.rules import REFUND_DUE
from services.consular.payments.orders import attempts, quote
from services.consular.payments.orders.model import Attempt, Order
from services.consular.payments.orders.quote import Parties
from services.consular.payments.orders.rules import PriceChange
from services.consular.payments.refunds import refund
from services.consular.payments.refunds.model import Refund
from services.consular.people import snapshot
from shared import forms
from shared.errors import Conflict
from shared.identity.actor import Actor
from shared.values.money import Money


def charge(
    session: Session,
    actor: Actor,
    application: Application,
    assessed: Money | None = None,
    attested: Mapping[str, Any] | None = None,
    answers: Mapping[str, object] | None = None,
) -> Order | None:
    """The order of an application by a valid quote, locked, or a new one; None for a transaction without fees.

    `attested` are the civil registry's facts, where the caller has them; `answers` those that are about to be stored.
    """
    if not forms.transaction(application.transaction).fees:
        return None
    return quote.issue_order(
        session,
        actor,
        application=application.reference,
        transaction=application.transaction,
        mission=application.mission,
        person=application.person,
        parties=lambda: parties(session, application, attested),
        assessed=assessed,
        answers=application.answers if answers is None else answers,
    )


def order_to_pay(
    session: Session, earlier: Order | None, issue: Callable[[], Order | None]
) -> tuple[str, PriceChange | None]:
    """The order `earlier` while a payment of it is under way, else the one that `issue` gives.

    With it both prices, where they differ. Raises Conflict when nothing is owed (any more).
    """
    if earlier is not None and attempts.find_unsettled(session, earlier) is not None:
        return earlier.reference, None
    seen = earlier.money if earlier else None
    order = issue()
    if order is None:
        raise Conflict("nothing_owed")
    return order.reference, None if order.money == seen else PriceChange(seen, order.money)


def parties(session: Session, application: Application, attested: Mapping[str, Any] | None = None) -> Parties:
    """The names for receipts; the holder's is empty before a person was attested."""
    if attested is not None and application.acting == application.person:
        return Parties(snapshot.name_of(attested))
    applicant, acting_person = snapshot.people_of(session, application.reference)
    return Parties(
        snapshot.printed_name(applicant) if applicant else {"ar": "", "en": ""},
        {"person": acting_person.person, "name": acting_person.name} if acting_person else None,
    )


def end_charges(session: Session, actor: Actor, application: Application, reason: str) -> list[Refund]:
    """Ends the orders of an application that ends early: paid money is owed back, an unpaid order is cancelled.

    An upgraded application has two payments, and each is refunded in its own amount.
    """
    orders = [quote.of_application(session, application.reference, purpose) for purpose in quote.PURPOSES]
    live = [order for order in orders if order is not None]
    refunds = [refund.mark_due(session, actor, order.reference, reason) for order in live]
    parts_back = [one for order in live for one in refund.mark_parts_due(session, actor, order.reference, reason)]
    return [due_refund for due_refund in refunds if due_refund is not None] + parts_back


def law_amount(session: Session, application: Application) -> Money | None:
    """The sum of the tariffs of the quote, in their currency; None without an order or with several currencies."""
    order = quote.latest(session, application.reference)
    if order is None:
        return None
    tariffs = [line.tariff for line in quote.lines_of(order)]
    currencies = {tariff.currency for tariff in tariffs}
    return Money(sum(tariff.amount for tariff in tariffs), currencies.pop()) if len(currencies) == 1 else None


def notify_refund(session: Session, application: Application, due_refund: Refund) -> None:
    """Notifies the people of the application and the payer, once each, that money is owed back."""
    notify_payer(session, application, due_refund, REFUND_DUE, due_refund.reference)


def notify_payer(
    session: Session, application: Application, refunded: Refund, kind: str, once: str, **params: str
) -> None:
    """Notifies the people of the application and the payer, once each, of what became of a refund."""
    payer = session.get_one(Attempt, refunded.attempt).payer
    for person in dict.fromkeys([*recipients(session, application), payer or application.person]):
        create_notice(
            session,
            person,
            kind,
            application.reference,
            once,
            amount=refunded.amount,
            currency=refunded.currency,
            **params,
        )
