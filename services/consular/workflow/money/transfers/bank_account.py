"""Opens or changes the mission's bank account by two signatures: whoever changes it decides where payers send money."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import today
from services.consular.payments.orders.model import Order
from services.consular.payments.orders.rules import OrderState
from services.consular.payments.transfers import accounts
from services.consular.payments.transfers.model import BankAccount
from services.consular.payments.transfers.rules import compact
from shared.catalogue.bulk_actions import BANK_ACCOUNT
from shared.database import audit
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.values.money import exponent

KIND = "bank_account"
CERTAINTY = "H"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field."""
    params = check_questions(BANK_ACCOUNT, terms, today(session, session.info["mission"]))
    params["account_currency"], params["iban"] = params["account_currency"].upper(), compact(params["iban"])
    params["bic"] = compact(params["bic"])
    try:
        exponent(params["account_currency"])
    except ValueError as error:
        raise Invalid("unknown_choice", field="account_currency") from error
    if not accounts.is_iban(params["iban"]):
        raise Invalid("iban", field="iban")
    return params


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The number of unpaid applications in the account's currency. Nothing is written."""
    unpaid = select(func.count()).where(
        Order.state == OrderState.OPEN.value, Order.currency == params["account_currency"]
    )
    return {"applications": int(session.scalar(unpaid) or 0)}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Adds the account in the transaction of the second signature."""
    params = proposal.params
    row = BankAccount(
        id=proposal.reference,
        mission=proposal.mission,
        currency=params["account_currency"],
        iban=params["iban"],
        bic=params["bic"],
        holder=params["account_holder"],
        bank=params["bank_name"],
        valid_from=date.fromisoformat(params["valid_from"]),
        source=params["account_source"],
        certainty=CERTAINTY,
        approver=actor.id,
    )
    accounts.declare(session, row)
    audit.record(session, actor, "bank_account.declared", proposal.reference)
    finish(session, actor, proposal, preview(session, params))
