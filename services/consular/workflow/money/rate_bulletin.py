"""Declares an exchange rate of the mission by two signatures; one that jumped too far needs its reason in words."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.payments.rates.bulletin import Bulletin, comparison, declare, last_rate, read_rate
from shared.catalogue.bulk_actions import RATE
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "rate"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field (rate_malformed, rate_same_currency, rate_over_already;
    rate_outside_band where the jump has no reason)."""
    mission = session.info["mission"]
    today = missions.today(session, mission)
    params = check_questions(RATE, terms, today)
    currency = missions.find(session, mission).currency
    if params["rate_base"] == currency:
        raise Invalid("rate_same_currency", field="rate_base")
    try:
        rate = read_rate(params["rate_value"])
    except ValueError as error:
        raise Invalid("rate_malformed", field="rate_value") from error
    if (today - date.fromisoformat(params["rate_on"])).days > params["rate_days"]:
        raise Invalid("rate_over_already", field="rate_on")
    clean = {**params, "rate_value": f"{rate:f}", "rate_quote": currency}
    compared = _compare(session, clean)
    if compared["outside"] and not params["band_reason"]:
        raise Invalid("rate_outside_band", field="band_reason", percent=compared["percent"])
    return clean


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The last known rate beside the new one, and whether the jump is outside the band. Nothing is written."""
    return _compare(session, params)


def _compare(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    mission = session.info["mission"]
    today = missions.today(session, mission)
    last = last_rate(session, mission, params["rate_base"], params["rate_quote"], today)
    return comparison(last, Decimal(params["rate_value"]))


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Adds the row: quotes that are made from now on go by it, those made before keep their own rate."""
    params = proposal.params
    result = _compare(session, params)
    bulletin = Bulletin(
        params["rate_base"],
        params["rate_quote"],
        Decimal(params["rate_value"]),
        date.fromisoformat(params["rate_on"]),
        params["rate_days"],
        params["rate_published"],
    )
    declare(session, proposal.mission, bulletin, actor.id, proposal.reference)
    finish(session, actor, proposal, result)
