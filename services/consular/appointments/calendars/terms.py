"""Reads what all changes of a calendar ask for: a service, weekdays, and the day from which the change holds."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from shared.catalogue.appointments import SERVICES
from shared.catalogue.model import Question
from shared.errors import Invalid
from shared.forms import check_questions

WEEK = range(7)


def check(session: Session, questions: tuple[Question, ...], terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean answers. Raises Invalid with a code per field; a change never begins in the past."""
    day = missions.today(session, session.info["mission"])
    params = check_questions(questions, terms, day)
    if date.fromisoformat(params["valid_from"]) < day:
        raise Invalid("in_the_past", field="valid_from")
    return params


def service(terms: Mapping[str, Any]) -> str:
    """The service. Raises Invalid for none or an unknown one."""
    named = terms.get("service") or ""
    if named not in SERVICES:
        raise Invalid("unknown_choice" if named else "required", field="service")
    return str(named)


def weekdays(terms: Mapping[str, Any], name: str) -> list[int]:
    """Weekdays in order, Monday is 0. Raises Invalid for anything else."""
    listed = terms.get(name) or []
    if not isinstance(listed, list) or any(str(day) not in map(str, WEEK) for day in listed):
        raise Invalid("unknown_choice", field=name)
    return sorted({int(day) for day in listed})
