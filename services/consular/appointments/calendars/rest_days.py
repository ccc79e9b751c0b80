"""The days of the week on which one mission rests, where they are not its country's: proposed and signed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.calendars import terms as read_terms
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from services.consular.missions import calendar, reference_data, weekends
from services.consular.missions.model import Weekend
from shared.catalogue.bulk_actions import WEEKEND
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor

KIND = "weekend"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field; a week has at least one working day."""
    params = {
        **read_terms.check(session, WEEKEND, terms),
        "rest_days": read_terms.weekdays(terms, "rest_days"),
        "half_days": read_terms.weekdays(terms, "half_days"),
    }
    if len(params["rest_days"]) == len(read_terms.WEEK):
        raise Invalid("no_working_day", field="rest_days")
    if set(params["rest_days"]) & set(params["half_days"]):
        raise Invalid("half_day_of_rest", field="half_days")
    first = date.fromisoformat(params["valid_from"])
    if any(row.valid_from >= first for row in _mission_rows(session)):
        raise Invalid("weekend_begins_later", field="valid_from")
    return params


def _mission_rows(session: Session) -> list[Weekend]:
    rows = weekends.of_mission(session, missions.find(session, session.info["mission"]))
    return [row for row in rows if row.scope is not None]


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """Booked appointments stay, as hours are changed by themselves. Hours on the new days of rest are counted."""
    hours = calendar.hours(session, session.info["mission"])
    return {"turns": 0, "hours_on_rest": sum(row.weekday in params["rest_days"] for row in hours)}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Ends the mission's own row in force and adds the new one at once."""
    params, mission = proposal.params, missions.find(session, proposal.mission)
    first = date.fromisoformat(params["valid_from"])
    ended = [row.id for row in _mission_rows(session) if row.valid_to is None and row.valid_from < first]
    session.execute(update(Weekend).where(Weekend.id.in_(ended)).values(valid_to=first))
    session.add(
        Weekend(
            id=f"{mission.code}/{proposal.reference}",
            country=mission.country,
            scope=mission.code,
            days=params["rest_days"],
            half_days=params["half_days"],
            valid_from=first,
            valid_to=None,
            source="The mission",
            certainty="H",
            approver=actor.id,
        )
    )
    session.flush()
    reference_data.reread(session)
    audit.record(session, actor, "weekend.changed", proposal.reference)
    sign.finish(session, actor, proposal, {"turns": 0})
