"""Payment of an order: by card for the applicant, in cash at the counter."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from marshmallow import ValidationError, fields, validate
from sqlalchemy.orm import Session

from services.consular.api.money.prices import card_provider, check_merchant
from services.consular.api.request import Keyed, mission_session
from services.consular.applications import idempotency
from services.consular.payments.collection import hosted
from services.consular.payments.collection.rules import is_own_address
from services.consular.payments.orders import attempts
from services.consular.payments.orders.receipt import with_receipt
from services.consular.payments.orders.rules import UNSETTLED, Payment, PriceChange
from services.consular.workflow.money import settle
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor
from shared.values.money import MAX_MINOR_UNITS, Money, exponent
from shared.values.references import mission_of
from shared.web.service import allowed, body, current_actor, database, settings

blueprint = Blueprint("paying", __name__)
OrderToPay = Callable[[Session, Actor, str], tuple[str, PriceChange | None]]
TakeCash = Callable[[Session, Actor, str, Money, str], Payment]


class Card(Keyed):
    """A card payment, and our own page to return to."""

    method = fields.String(required=True, validate=validate.Equal("card", error="unknown_choice"))
    return_url = fields.String(required=True, validate=validate.Length(max=500, error="too_long"))


def _is_currency(code: str) -> None:
    try:
        exponent(code)
    except ValueError as error:
        raise ValidationError("unknown_choice") from error


class Cash(Keyed):
    """What the officer counted, in minor units."""

    amount = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, MAX_MINOR_UNITS, error="out_of_range")
    )
    currency = fields.String(required=True, validate=_is_currency)
    part = fields.Boolean(load_default=False)


@blueprint.post("/applications/<reference>/payments")
@allowed("payment.open")
def pay(reference: str) -> tuple[dict[str, Any], int]:
    """Opens a card payment with the address of the provider's page; a repeated request returns the open one."""
    return open_card_page(reference, settle.order_to_pay)


def open_card_page(reference: str, order_to_pay: OrderToPay) -> tuple[dict[str, Any], int]:
    """Opens a card payment of the order that `order_to_pay` names. A repeated request returns the open one.

    `order_to_pay` gives the order, and both prices where it has changed. Raises Invalid (foreign_address), Conflict
    (price_changed) before anything is charged, and what `hosted.open_page` raises.
    """
    request_body, actor = body(Card), current_actor()
    check_merchant()
    if not is_own_address(request_body["return_url"], settings().public_url):
        raise Invalid("foreign_address", field="return_url")
    with mission_session(reference) as session:
        order, change = order_to_pay(session, actor, reference)
    if change is not None:
        raise Conflict("price_changed", **change.serialise())
    payment = hosted.open_page(
        database(),
        actor,
        card_provider(),
        settle.by_answer,
        order,
        f"{actor.id}/{request_body['key']}",
        request_body["return_url"],
    )
    return {**payment.serialise(), "redirect_url": payment.redirect_url}, 201


@blueprint.post("/desk/cases/<reference>/cash")
@allowed("payment.cash")
def cash(reference: str) -> dict[str, Any]:
    """Takes the exact owed amount in cash, or a part of it, once for each key."""
    is_part = body(Cash)["part"]
    return take_cash(reference, *(("cash-part", settle.part_by_cash) if is_part else ("cash", settle.by_cash)))


def take_cash(reference: str, verb: str, take: TakeCash) -> dict[str, Any]:
    """Takes cash by `take`, once for each key; `verb` tells the requests of one key apart.

    Whoever pays at the counter has left the page of the card, if one is open: it is closed first, so that nobody pays
    twice. Raises Conflict (payment_open) where the provider does not say how it ended.
    """
    try:
        return _take_cash(reference, verb, take)
    except Conflict as conflict:
        if conflict.code != "payment_open":
            raise
    _close_pages(reference)
    return _take_cash(reference, verb, take)


def _close_pages(reference: str) -> None:
    with mission_session(reference) as session:
        known = attempts.of_application(session, reference)
    for payment in known:
        if payment.state in UNSETTLED:
            hosted.close_page(database(), current_actor(), card_provider(), settle.by_answer, payment.reference)


def _take_cash(reference: str, verb: str, take: TakeCash) -> dict[str, Any]:
    request_body, actor = body(Cash), current_actor()
    counted = Money(request_body["amount"], request_body["currency"])

    taken: list[Payment] = []

    def act(session: Session) -> dict[str, Any]:
        taken.append(take(session, actor, reference, counted, f"{actor.id}/{request_body['key']}"))
        return {"payment": taken[0].reference}

    content = {"verb": verb, "counted": str(counted), "about": reference}
    with mission_session(reference) as session:
        mission, key = mission_of(reference), request_body["key"]
        answer = idempotency.run_once(session, actor, mission, key, content, lambda: act(session))
        if "receipt" in answer:
            # Stored by an earlier version, which numbered the receipt in the middle of the transaction.
            return answer
        payment = taken[0] if taken else attempts.find(session, answer["payment"])
    # The number of the receipt is known once the transaction has ended.
    payment = with_receipt(session, payment)
    return {"payment": payment.serialise(), "receipt": payment.receipt}
