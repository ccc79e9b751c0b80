"""Declares a tariff of the mission by two signatures, after a look at what it would have made of last month."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.payments.orders.simulation import simulate
from services.consular.payments.tariffs import fees
from services.consular.payments.tariffs.change import NewTariff, declare, fault, fee_line
from shared.catalogue.bulk_actions import TARIFF
from shared.errors import Conflict, Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.values.money import Money, exponent, read_amount

KIND = "tariff"
# A line of a transaction as one choice: "passport-renewal:passport_value".
FEE, CURRENCY, SEPARATOR = "tariff_fee", "tariff_currency", ":"
# Tariffs are set in these or in the mission's own.
USUAL_CURRENCIES = ("USD", "EUR")


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms, with the amount in minor units. Raises Invalid with a code per field (unknown_choice,
    tariff_malformed, in_the_past, tariff_that_day, tariff_own_currency)."""
    mission = missions.find(session, session.info["mission"])
    today = missions.today(session, mission.code)
    params = check_questions(TARIFF, terms, today)
    slug, _, line = str(terms.get(FEE, "")).partition(SEPARATOR)
    if fee_line(slug, line) is None:
        raise Invalid("unknown_choice" if terms.get(FEE) else "choose", field=FEE)
    currency = terms.get(CURRENCY)
    if currency not in (mission.currency, *USUAL_CURRENCIES):
        raise Invalid("unknown_choice" if currency else "choose", field=CURRENCY)
    if date.fromisoformat(params["valid_from"]) < today:
        raise Invalid("in_the_past", field="valid_from")
    try:
        money = read_amount(params["tariff_amount"], currency)
    except ValueError as error:
        raise Invalid("tariff_malformed", field="tariff_amount", n=exponent(currency)) from error
    clean = {**params, FEE: f"{slug}{SEPARATOR}{line}", CURRENCY: currency, "tariff_amount": str(money.major)}
    if barred := fault(session, mission, new_tariff(clean)):
        raise Invalid(barred[1], field=barred[0])
    return clean


def new_tariff(params: Mapping[str, Any]) -> NewTariff:
    """The row that clean terms describe."""
    slug, _, line = params[FEE].partition(SEPARATOR)
    money = Money.of(params["tariff_amount"], params[CURRENCY])
    valid_from = date.fromisoformat(params["valid_from"])
    return NewTariff(slug, line, money, valid_from, params["law_source"], params["certainty"])


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The row that counts today, and last month's applications by it and by the new one. Nothing is written."""
    mission, new = missions.find(session, session.info["mission"]), new_tariff(params)
    today = missions.today(session, mission.code)
    row = fees.applicable(session, new.transaction, mission, today).get(new.line)
    return {"current": row.serialise() if row else None, "simulation": simulate(session, mission, new, today)}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Adds the row: from its day on new quotes go by it; a quote that is valid keeps its price.

    Raises Conflict (proposal_overtaken) where the day of the tariff is over before the second signature, or where
    another row was declared meanwhile.
    """
    mission, new = missions.find(session, proposal.mission), new_tariff(proposal.params)
    if new.valid_from < missions.today(session, mission.code) or fault(session, mission, new):
        raise Conflict("proposal_overtaken")
    result = preview(session, proposal.params)
    declare(session, mission.code, new, actor.id, proposal.reference)
    finish(session, actor, proposal, result)
