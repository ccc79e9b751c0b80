"""Finds, locks, creates and changes orders and attempts; and shows them as payments."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from services.consular.payments.orders.model import Attempt, Order, Receipt
from services.consular.payments.orders.rules import PAYER, UNSETTLED, AttemptState, OrderState, Payment
from services.consular.payments.tills.model import Till
from services.consular.payments.tills.rules import OPEN
from shared.database.db import now
from shared.database.rows import attach_row, table_of, values_of
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor
from shared.values import references
from shared.values.money import Money

REFERENCE_LENGTH = 10
CASH = "cash"
_INSERT = insert(table_of(Attempt))
# Cash goes into the open till of who takes it; the till's row is shared until the commit, so that it is not closed
# meanwhile.
_OPEN_TILL = (
    select(Till.reference)
    .where(Till.officer == bindparam("cashier"), Till.currency == bindparam("cash_currency"), Till.state == OPEN)
    .with_for_update(read=True)
    .scalar_subquery()
)
_INSERT_CASH = insert(table_of(Attempt)).values(till=_OPEN_TILL).returning(table_of(Attempt).c.till)
_CHANGE_ORDER = (
    update(table_of(Order))
    .where(table_of(Order).c.reference == bindparam("the_order"))
    .values(state=bindparam("state"), changed_at=bindparam("changed_at"))
)
LOCKED_ORDER = (
    select(Order)
    .options(joinedload(Order.quote, innerjoin=True))
    .with_for_update(of=Order)
    .execution_options(populate_existing=True)
)
_LOCK = LOCKED_ORDER.where(Order.reference == bindparam("order"))
_OF_ORDER = (
    select(Attempt)
    .where(
        or_(
            Attempt.order == bindparam("order"),
            and_(Attempt.mission == bindparam("mission"), Attempt.key == bindparam("key")),
        )
    )
    .execution_options(populate_existing=True)
)
_OF_APPLICATION = (
    select(Order, Attempt, Receipt.number)
    .join(Attempt, Attempt.order == Order.reference)
    .outerjoin(Receipt, Receipt.attempt == Attempt.reference)
    .where(Order.application == bindparam("application"))
    .order_by(Attempt.opened_at, Attempt.reference)
)
_RECEIPT_NUMBER = select(Receipt.number).where(Receipt.attempt == bindparam("attempt"))
_WITH_RECEIPT = (
    select(Order, Attempt, Receipt.number)
    .join(Attempt, Attempt.order == Order.reference)
    .outerjoin(Receipt, Receipt.attempt == Attempt.reference)
    .where(Attempt.reference == bindparam("attempt"))
)


def find(session: Session, attempt: str) -> Payment:
    """An attempt, unlocked. Raises NotFound."""
    found = session.execute(_WITH_RECEIPT, {"attempt": attempt}).one_or_none()
    if found is None:
        raise NotFound("not_found")
    return as_payment(*found)


def of_application(session: Session, application: str) -> list[Payment]:
    """All attempts for an application, oldest first."""
    return [as_payment(*row) for row in session.execute(_OF_APPLICATION, {"application": application})]


def load_for_update(session: Session, order: str) -> Order:
    """An order in its current state with its quote, locked until the transaction ends. Raises NotFound."""
    debt = session.scalar(_LOCK, {"order": order})
    if debt is None:
        raise NotFound()
    return debt


def change_order(session: Session, debt: Order, state: OrderState) -> None:
    """Changes the state of a locked order."""
    changed_at = now(session)
    session.execute(_CHANGE_ORDER, {"the_order": debt.reference, "state": state.value, "changed_at": changed_at})
    set_committed_value(debt, "state", state.value)
    set_committed_value(debt, "changed_at", changed_at)


def load_both_for_update(session: Session, attempt: str) -> tuple[Order, Attempt]:
    """Order and attempt in their current state. The order is locked: its attempts are settled under its lock."""
    order = session.scalar(select(Attempt.order).where(Attempt.reference == attempt))
    if order is None:
        raise NotFound()
    debt = load_for_update(session, order)
    row = session.get_one(Attempt, attempt, populate_existing=True)
    return debt, row


@dataclass(frozen=True)
class Attempts:
    """The attempts of a locked order, and the one a key was first used for."""

    of_order: Sequence[Attempt]
    by_key: Attempt | None

    @property
    def unsettled(self) -> Attempt | None:
        """The one unsettled attempt of the order."""
        return next((attempt for attempt in self.of_order if attempt.state in UNSETTLED), None)


def find_all(session: Session, debt: Order, key: str) -> Attempts:
    """What a decision about an order needs to know. Raises Conflict (key_reused) when the key is another order's."""
    rows = session.scalars(_OF_ORDER, {"order": debt.reference, "mission": debt.mission, "key": key}).all()
    by_key = next((attempt for attempt in rows if attempt.key == key), None)
    if by_key is not None and by_key.order != debt.reference:
        raise Conflict("key_reused")
    return Attempts([attempt for attempt in rows if attempt.order == debt.reference], by_key)


def find_unsettled(session: Session, debt: Order) -> Attempt | None:
    """The one unsettled attempt of an order."""
    return session.scalar(
        select(Attempt).where(Attempt.order == debt.reference, Attempt.state.in_([state.value for state in UNSETTLED]))
    )


def create_attempt(
    session: Session,
    actor: Actor,
    debt: Order,
    method: str,
    key: str,
    state: AttemptState,
    money: Money,
    received: Money | None = None,
    held: str | None = None,
) -> Attempt:
    """A new attempt to pay `money`, written before any provider is called. `held` with `received`: see Payment.

    Raises Conflict (till_needed) for cash without an open till of the acting officer.
    """
    opened_at = now(session)
    attempt = Attempt(
        reference=references.new(debt.mission, REFERENCE_LENGTH, "P"),
        mission=debt.mission,
        order=debt.reference,
        method=method,
        key=key,
        amount=money.amount,
        currency=money.currency,
        state=state.value,
        opened_at=opened_at,
        changed_at=opened_at,
        opened_by=actor.id,
        **_payer_columns(actor, debt),
        held=held,
        received_amount=received.amount if received else None,
        received_currency=received.currency if received else None,
    )
    if method == CASH:
        _insert_cash(session, actor, attempt)
    else:
        session.execute(_INSERT, values_of(attempt))
    return attach_row(session, attempt)


def _payer_columns(actor: Actor, debt: Order) -> dict[str, str | None]:
    is_by_link = actor.kind == PAYER
    return {
        "payer": payer_of(actor, debt),
        "payer_link": actor.id if is_by_link else None,
        "payer_name": actor.name_latin if is_by_link else None,
    }


def _insert_cash(session: Session, actor: Actor, attempt: Attempt) -> None:
    """Inserts an attempt in cash into the officer's open till. Raises Conflict (till_needed)."""
    parameters = {**values_of(attempt), "cashier": actor.id, "cash_currency": attempt.currency}
    del parameters["till"]
    attempt.till = session.scalar(_INSERT_CASH, parameters)
    if attempt.till is None:
        raise Conflict("till_needed", currency=attempt.currency)


def payer_of(actor: Actor, debt: Order) -> str | None:
    """The register person who pays: the account's own person, or at the counter whoever acts on the application.
    None for somebody who pays by a link."""
    if actor.kind == PAYER:
        return None
    acting = debt.acting or {}
    return actor.person or str(acting.get("person") or debt.person)


def transition(session: Session, row: Attempt, state: AttemptState, **columns: str | int | None) -> None:
    """Changes an attempt's state, together with other columns, in one statement; the order must be locked."""
    values = {"state": state.value, "changed_at": now(session), **columns}
    for name, value in values.items():
        setattr(row, name, value)
    session.flush()


def payment_of(session: Session, debt: Order, row: Attempt) -> Payment:
    """As others may see it."""
    is_settled = row.state == AttemptState.SUCCEEDED
    return as_payment(debt, row, session.scalar(_RECEIPT_NUMBER, {"attempt": row.reference}) if is_settled else None)


def as_payment(debt: Order, row: Attempt, receipt_number: str | None = None) -> Payment:
    """As `payment_of`, where the number of the receipt is known, or not given yet: see `receipt.with_receipt`."""
    return Payment(
        reference=row.reference,
        application=debt.application,
        order=debt.reference,
        person=debt.person,
        payer=row.payer,
        method=row.method,
        state=AttemptState(row.state),
        amount=row.money,
        receipt=receipt_number,
        redirect_url=row.redirect_url,
        held=row.held,
        received=row.received,
        failure=row.failure,
        provider=row.at_provider,
    )


def difference_of(row: Attempt | None) -> dict[str, object]:
    """What arrived and what was asked for, of money that was held; both None of any other."""
    received = row.received if row and row.held else None
    if row is None or received is None:
        return {"arrived": None, "asked": None}
    return {
        "arrived": {"amount": received.amount, "currency": received.currency},
        "asked": {"amount": row.amount, "currency": row.currency},
    }
