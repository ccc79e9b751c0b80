"""Moves or cancels appointments that the calendar has lost already, by a holiday that was announced or by new data."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.appointments.calendars.displaced import Span, displaced, figures
from services.consular.appointments.seats.openings import Plan
from services.consular.approvals import sign
from services.consular.approvals.model import Proposal
from shared.catalogue.bulk_actions import RELOCATION
from shared.errors import Invalid
from shared.forms import check_questions
from shared.identity.actor import Actor

KIND = "relocation"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field, also when nobody has lost their time on these days."""
    mission = session.info["mission"]
    params = check_questions(RELOCATION, terms, missions.today(session, mission))
    if params["last_day"] < params["first_day"]:
        raise Invalid("ends_before_it_begins", field="last_day")
    if not displaced(session, mission, span(params), Plan()):
        raise Invalid("nobody_displaced", field="first_day")
    return params


def preview(session: Session, params: Mapping[str, Any]) -> dict[str, Any]:
    """The appointments in figures. Nothing is written."""
    return figures(session, session.info["mission"], span(params), Plan())


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """The job acts when the time to undo is over; nothing is left to do where the calendar has the times again."""
    if not displaced(session, proposal.mission, span(proposal.params), Plan()):
        sign.finish(session, actor, proposal, {"turns": 0})


def undo(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Undoes a signed change. Its appointments have not been moved yet, so there is nothing to change back."""


def span(params: Mapping[str, Any]) -> Span:
    """The days that are looked at."""
    return Span(date.fromisoformat(params["first_day"]), date.fromisoformat(params["last_day"]))
