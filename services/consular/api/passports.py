"""Passports over HTTP: approvals of officers, lost passports, and the paid upgrade to urgent."""

from typing import Any

from flask import Blueprint
from marshmallow import fields, validate
from sqlalchemy.orm import Session

from services.consular.api.money.payments import open_card_page, take_cash
from services.consular.api.request import Keyed, head, mission_session, run_once
from services.consular.passports import approve
from services.consular.passports import case_view as passport_view
from services.consular.workflow.money import settle, upgrade
from shared.web.service import allowed, body, current_actor, transaction

blueprint = Blueprint("passports", __name__)
MAX_REASON = 1_000


class Approval(Keyed):
    """An approval: what was checked, the outcome, the reason."""

    what = fields.String(required=True, validate=validate.Length(max=40, error="too_long"))
    outcome = fields.String(load_default="", validate=validate.Length(max=40, error="too_long"))
    reason = fields.String(load_default="", validate=validate.Length(max=MAX_REASON, error="too_long"))


@blueprint.post("/desk/cases/<reference>/approvals")
@allowed("desk.take_in")
def record_approval(reference: str) -> dict[str, Any]:
    """Records an approval; the verb checks which role may give it."""
    request_body = body(Approval)
    approval = {name: request_body[name] for name in ("what", "outcome", "reason")}

    def act(session: Session) -> dict[str, Any]:
        application = approve.approve(session, current_actor(), reference, **approval)
        return head(application)

    return run_once(reference, request_body["key"], {"verb": "approve", **approval}, act)


@blueprint.get("/desk/passports/<number>")
@allowed("desk.passport")
def look_up(number: str) -> dict[str, Any]:
    """A passport by its number."""
    with transaction() as session:
        return passport_view.look_up(session, current_actor(), number)


@blueprint.post("/desk/passports/<number>/surrender")
@allowed("desk.take_in")
def surrender(number: str) -> dict[str, Any]:
    """Records the surrender of a lost passport. It is possible once, so that no key is needed."""
    with transaction() as session:
        return passport_view.surrender(session, current_actor(), number)


@blueprint.get("/applications/<reference>/upgrade")
@allowed("application.upgrade")
def price(reference: str) -> dict[str, Any]:
    """The price of the upgrade, line by line."""
    with mission_session(reference) as session:
        return upgrade.preview(session, current_actor(), reference)


@blueprint.post("/applications/<reference>/upgrade")
@allowed("application.upgrade")
def open_at_counter(reference: str) -> dict[str, Any]:
    """Opens the order for the difference, to be paid at the counter."""

    def act(session: Session) -> dict[str, Any]:
        order = upgrade.open_at_counter(session, current_actor(), reference)
        return {"order": order.reference, "amount": order.amount, "currency": order.currency}

    return run_once(reference, body(Keyed)["key"], {"verb": "upgrade"}, act)


@blueprint.post("/applications/<reference>/upgrade/payments")
@allowed("application.upgrade")
def pay(reference: str) -> tuple[dict[str, Any], int]:
    """Opens a card payment of the difference; a repeated request returns the open one."""
    return open_card_page(reference, upgrade.order_to_pay)


@blueprint.post("/desk/cases/<reference>/upgrade-cash")
@allowed("payment.cash")
def cash(reference: str) -> dict[str, Any]:
    """Takes the difference in cash, once for each key."""
    return take_cash(reference, "upgrade-cash", settle.difference_by_cash)
