"""Links by which another person pays: made and ended by the applicant, opened by whoever has one."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import fields, validate

from services.consular.api.money.payments import Card
from services.consular.api.money.prices import card_provider, check_merchant
from services.consular.api.request import Keyed, has_left, mission_session, run_once
from services.consular.payments.collection import hosted
from services.consular.payments.collection.rules import is_own_address
from services.consular.workflow.money import payer_links, settle
from shared.errors import Invalid, NotFound
from shared.identity.actor import service
from shared.values.money import MAX_MINOR_UNITS, Money
from shared.values.references import clean, is_valid, mission_of
from shared.web.service import allowed, body, current_actor, database, settings

blueprint = Blueprint("payer_links", __name__)


class LinkRequest(Keyed):
    """Whether the link names the service, or only says that there is one."""

    shows_service = fields.Boolean(load_default=False)


class LinkPayment(Card):
    """A card payment by a link: the amount that its page showed, and the name for the receipt."""

    amount = fields.Integer(
        required=True, strict=True, validate=validate.Range(1, MAX_MINOR_UNITS, error="out_of_range")
    )
    currency = fields.String(required=True, validate=validate.Length(max=10, error="unknown_choice"))
    name = fields.String(load_default="")


@blueprint.post("/applications/<reference>/payer-link")
@allowed("payment.link")
def make(reference: str) -> tuple[dict[str, Any], int]:
    """Makes a link, once for each key. The token is in the first answer alone."""
    request_body, made = body(LinkRequest), list[payer_links.NewLink]()

    def act(session: Any) -> dict[str, Any]:
        shows = request_body["shows_service"]
        made.append(payer_links.make(session, current_actor(), reference, shows_service=shows))
        return payer_links.serialise(made[0].row)

    content = {"verb": "payer_link", "shows_service": request_body["shows_service"]}
    answer = run_once(reference, request_body["key"], content, act)
    return {**answer, "token": made[0].token if made else None}, 201


@blueprint.get("/applications/<reference>/payer-link")
@allowed("payment.link")
def current(reference: str) -> dict[str, Any]:
    """The link that can still be used."""
    with mission_session(reference) as session:
        return {"link": payer_links.current(session, current_actor(), reference)}


@blueprint.post("/applications/<reference>/payer-link/revoke")
@allowed("payment.link")
def revoke(reference: str) -> dict[str, Any]:
    """Ends the link."""
    with mission_session(reference) as session:
        payer_links.revoke(session, current_actor(), reference)
    return {"link": None}


@blueprint.get("/payer-links/<token>")
@allowed("payment.by_link")
def show(token: str) -> dict[str, Any]:
    """Reference, service and amount."""
    with mission_session(_link_of(token)) as session:
        return payer_links.show(session, current_actor(), _link_of(token))


@blueprint.post("/payer-links/<token>/payments")
@allowed("payment.by_link")
def pay(token: str) -> tuple[dict[str, Any], int]:
    """Opens a card payment; a repeated request returns the open one."""
    request_body = body(LinkPayment)
    check_merchant()
    if not is_own_address(request_body["return_url"], settings().public_url):
        raise Invalid("foreign_address", field="return_url")
    try:
        seen = Money(request_body["amount"], request_body["currency"])
    except ValueError as error:
        raise Invalid("unknown_choice", field="currency") from error
    with mission_session(_link_of(token)) as session:
        payer, order = payer_links.order_to_pay(session, _link_of(token), seen, request_body["name"])
    key = f"{payer.id}/{request_body['key']}"
    back = request_body["return_url"]
    payment = hosted.open_page(database(), payer, card_provider(), settle.by_answer, order, key, back)
    return {"payment": payment.reference, "redirect_url": payment.redirect_url}, 201


@blueprint.post("/payer-links/<token>/refresh")
@allowed("payment.by_link")
def refresh(token: str) -> dict[str, Any]:
    """What the link shows after the provider was asked."""
    ask = hosted.close_page if has_left() else hosted.refresh
    with mission_session(_link_of(token)) as session:
        open_payments = payer_links.unsettled_of(session, _link_of(token))
    for payment in open_payments:
        # Nobody with a name asks: the service settles, as it does after a notification.
        settling = service("consular", mission_of(payment))
        ask(database(), settling, card_provider(), settle.by_answer, payment)
    return show(token)


@blueprint.get("/payer-links/<token>/receipt.pdf")
@allowed("payment.by_link")
def receipt(token: str) -> Response:
    """The receipt of what was paid by the link."""
    with mission_session(_link_of(token)) as session:
        content = payer_links.receipt(session, current_actor(), _link_of(token))
    return Response(content, mimetype="application/pdf")


def _link_of(token: str) -> str:
    """The token as it was made. Raises NotFound for what cannot be one."""
    found = clean(token[:100])
    if not is_valid(found):
        raise NotFound("link_unknown")
    return found
