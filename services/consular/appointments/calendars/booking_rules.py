"""How a mission gives appointments for a service from a day on: how far ahead, how many a day, how many to a person."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular.appointments.calendars import terms as read_terms
from services.consular.appointments.seats import openings
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.missions import reference_data
from services.consular.missions.model import AppointmentRule
from shared.catalogue.bulk_actions import BOOKING_RULE
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor

KIND = "booking_rule"
FIGURES = (
    *("horizon_days", "daily_quota", "urgent_quota", "per_month"),
    *("hold_minutes", "free_hours", "arrive_minutes"),
)


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field."""
    params = {**read_terms.check(session, BOOKING_RULE, terms), "service": read_terms.service(terms)}
    if params["urgent_quota"] and params["urgent_quota"] >= params["daily_quota"]:
        raise Invalid("urgent_over_daily", field="urgent_quota")
    if any(row.id == _id(session.info["mission"], params) for row in reference_data.rows(session, AppointmentRule)):
        raise Invalid("rule_that_day", field="valid_from")
    return params


def _id(mission: str, params: Mapping[str, Any]) -> str:
    return f"{mission}/{params['service']}/{params['valid_from']}"


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """Booked appointments stay. Days that have more of them than the new quota are counted. Nothing is written."""
    first = date.fromisoformat(params["valid_from"])
    booked = openings.occupied_by_day(session, session.info["mission"], params["service"])
    return {"turns": 0, "days_over": sum(n > params["daily_quota"] for day, n in booked.items() if day >= first)}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Adds the rule at once; it holds from its day on. Raises Invalid when one of that day was signed meanwhile."""
    params = proposal.params
    read(session, params)
    session.add(
        AppointmentRule(
            id=_id(proposal.mission, params),
            scope=proposal.mission,
            service=params["service"],
            valid_from=date.fromisoformat(params["valid_from"]),
            source="The mission",
            certainty="H",
            approver=actor.id,
            **{name: params[name] for name in FIGURES},
        )
    )
    session.flush()
    reference_data.reread(session)
    audit.record(session, actor, "booking_rule.changed", proposal.reference, reason=params["service"])
    sign.finish(session, actor, proposal, {"turns": 0})
