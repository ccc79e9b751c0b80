"""Links by which a relative pays from another country: they show a reference, a service and an amount, and no file."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_status, find, load_for_update
from services.consular.missions import calendar
from services.consular.payments.orders import attempts, parts, quote
from services.consular.payments.orders.model import Attempt, Order, PayerLink, Receipt
from services.consular.payments.orders.rules import PAYER, UNSETTLED, AttemptState
from services.consular.workflow.money import charges, transfer_parts
from shared.database import audit
from shared.database.db import now
from shared.database.rows import lock_row
from shared.documents.render import render_document
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor
from shared.reasons import required_text
from shared.values import references
from shared.values.money import Money

ACTION = "payment.link"
TOKEN_LENGTH, REFERENCE_LENGTH, NAME_LENGTH = references.CODE_LENGTH, 10, 70
GOOD_FOR = timedelta(days=7)
View = dict[str, Any]


@dataclass(frozen=True)
class NewLink:
    """A link that was just made: its token is told once and stored nowhere."""

    row: PayerLink
    token: str


def make(session: Session, actor: Actor, reference: str, *, shows_service: bool) -> NewLink:
    """A link to pay an application that waits for its fee; an earlier one ends. Raises Conflict when nothing is owed
    (any more), NotFound."""
    application = load_for_update(session, actor, ACTION, reference)
    check_status(application, "pay")
    if charges.charge(session, actor, application) is None:
        raise Conflict("nothing_owed")
    _end_all(session, reference)
    token = references.new(application.mission, TOKEN_LENGTH, "Y")
    at = now(session)
    row = PayerLink(
        reference=references.new(application.mission, REFERENCE_LENGTH, "Y"),
        mission=application.mission,
        application=reference,
        digest=_digest(token),
        shows_service=shows_service,
        made_by=actor.id,
        made_at=at,
        expires_at=at + GOOD_FOR,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    audit.record(session, actor, "payer_link.made", reference, link=row.reference)
    return NewLink(row, token)


def revoke(session: Session, actor: Actor, reference: str) -> None:
    """Ends the link of an application; without one nothing changes."""
    load_for_update(session, actor, ACTION, reference)
    _end_all(session, reference)
    audit.record(session, actor, "payer_link.revoked", reference)


def current(session: Session, actor: Actor, reference: str) -> View | None:
    """The link of an application that can still be used, without its token."""
    find(session, actor, ACTION, reference)
    query = select(PayerLink).where(PayerLink.application == reference, PayerLink.revoked_at.is_(None))
    row = session.scalar(query.where(PayerLink.expires_at > now(session)))
    return serialise(row) if row else None


def serialise(row: PayerLink) -> View:
    """As its applicant sees it."""
    return {
        "reference": row.reference,
        "shows_service": row.shows_service,
        "made_at": row.made_at.isoformat(),
        "expires_at": row.expires_at.isoformat(),
    }


def show(session: Session, actor: Actor, token: str) -> View:
    """All that a link shows. Raises NotFound for one that is unknown, ended or expired."""
    link = _find(session, token)
    application = session.get_one(Application, link.application)
    order, paid = quote.latest(session, link.application), _paid(session, link)
    if order is None:
        raise NotFound("link_unknown")
    audit.record(session, actor, "payer_link.opened", link.application, link=link.reference)
    is_open = application.status == Status.AWAITING_PAYMENT and paid is None
    return {
        "application": link.application,
        "transaction": application.transaction if link.shows_service else None,
        "mission": link.mission,
        "amount": (_rest(session, order) if is_open else order.money).amount,
        "currency": order.currency,
        "state": "paid" if paid else "open" if is_open else "closed",
        "expires_at": link.expires_at.isoformat(),
    }


def order_to_pay(session: Session, token: str, seen: Money, name: str) -> tuple[Actor, str]:
    """Who pays by a link, and the order. `name` is what the receipt says.

    Raises Conflict (price_changed when `seen` is not today's price; payment_open while somebody else pays; what is no
    longer owed), Invalid without a name, NotFound.
    """
    link = _find(session, token)
    payer_name = required_text(name, NAME_LENGTH, "name")
    payer = Actor(PAYER, link.reference, "anonymous", link.mission, None, payer_name, payer_name)
    application = lock_row(session, Application, link.application)
    check_status(application, "pay")
    calendar.check_payments_open(session, application.mission)
    earlier = quote.of_application(session, link.application)
    unsettled = attempts.find_unsettled(session, earlier) if earlier else None
    if unsettled is not None and unsettled.payer_link != link.reference:
        raise Conflict("payment_open")
    order = earlier if unsettled is not None and earlier else charges.charge(session, payer, application)
    if order is None:
        raise Conflict("nothing_owed")
    transfer_parts.count_as_parts(session, payer, application, order)
    rest = _rest(session, order)
    if rest != seen:
        raise Conflict("price_changed", amount=rest.amount, currency=rest.currency)
    return payer, order.reference


def unsettled_of(session: Session, token: str) -> list[str]:
    """The payments of a link of which only the provider knows how they ended. Raises NotFound."""
    link = _find(session, token)
    states = [state.value for state in UNSETTLED]
    return list(
        session.scalars(
            select(Attempt.reference).where(Attempt.payer_link == link.reference, Attempt.state.in_(states))
        )
    )


def receipt(session: Session, actor: Actor, token: str) -> bytes:
    """The receipt of what was paid by a link, for whoever has it. Raises NotFound."""
    link = _find(session, token)
    paid = _paid(session, link)
    if paid is None:
        raise NotFound("link_unknown")
    audit.record(session, actor, "receipt.read", link.application, link=link.reference, receipt=paid.number)
    return render_document(session, paid.document)


def _rest(session: Session, order: Order) -> Money:
    """The price, less the parts that have come."""
    return order.money - parts.arrived(order, parts.of_order(session, order))


def _paid(session: Session, link: PayerLink) -> Receipt | None:
    query = select(Receipt).join(Attempt, Attempt.reference == Receipt.attempt)
    paid = (Attempt.payer_link == link.reference, Attempt.state == AttemptState.SUCCEEDED.value)
    return session.scalar(query.join(Order, Order.reference == Receipt.order).where(*paid))


def _find(session: Session, token: str) -> PayerLink:
    row = session.scalar(
        select(PayerLink).where(
            PayerLink.digest == _digest(token), PayerLink.revoked_at.is_(None), PayerLink.expires_at > now(session)
        )
    )
    if row is None:
        raise NotFound("link_unknown")
    return row


def _end_all(session: Session, application: str) -> None:
    live = (PayerLink.application == application, PayerLink.revoked_at.is_(None))
    session.execute(update(PayerLink).where(*live).values(revoked_at=now(session)))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
