"""Stores applicant and acting person as the civil registry attested them; each submission stores them anew."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.people import rules, search_keys
from services.consular.people.model import ActingPerson, Applicant
from shared.errors import Refusal
from shared.values.dates import DAY


def store_applicant(session: Session, application: str, mission: str, facts: Mapping[str, Any]) -> None:
    """Writes the snapshot of the applicant. Raises Refusal when the statement lacks a required fact."""
    try:
        born = date.fromisoformat(str(facts["born"]))
        name = dict(facts["name"]["ar"])
        values = {
            "mission": mission,
            "person": str(facts["person"]),
            "national_number": str(facts["national_number"]),
            "name": name,
            "latin": dict(facts["name"].get("latin") or {}),
            "sex": str(facts["sex"]),
            "born": born,
            "born_precision": str(facts.get("born_precision", DAY)),
            "match_key": rules.match_key(name, born),
            "taken_at": func.now(),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal("statement_incomplete", authority="civil_registry") from error
    statement = insert(Applicant).values(application=application, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["application"], set_=values))
    search_keys.store_names(session, application, mission, search_keys.NAME, name_of(facts).values())


def store_acting_person(session: Session, application: str, mission: str, facts: Mapping[str, Any]) -> None:
    """Writes the acting person with both names, if somebody other than the person of `facts` asked the register.

    Raises Refusal when the statement lacks a required fact.
    """
    acting = facts.get("acting")
    if not isinstance(acting, Mapping):
        return
    try:
        values = {
            "mission": mission,
            "person": str(acting["person"]),
            "capacity": str(acting["capacity"]),
            "national_number": str(acting["national_number"]),
            "name": name_of(acting),
            "beneficiary": str(facts["person"]),
            "beneficiary_name": name_of(facts),
            "taken_at": func.now(),
        }
    except (KeyError, TypeError) as error:
        raise Refusal("statement_incomplete", authority="civil_registry") from error
    statement = insert(ActingPerson).values(application=application, **values)
    session.execute(statement.on_conflict_do_update(index_elements=["application"], set_=values))
    search_keys.store_names(session, application, mission, search_keys.ACTING_NAME, name_of(acting).values())


def applicant_of(session: Session, application: str) -> Applicant | None:
    """The applicant of an application; None before its first submission."""
    return session.scalar(
        select(Applicant).where(Applicant.application == application).execution_options(populate_existing=True)
    )


def acting_person_of(session: Session, application: str) -> ActingPerson | None:
    """The person who acts on an application for its applicant; None where people act for themselves."""
    return session.scalar(
        select(ActingPerson).where(ActingPerson.application == application).execution_options(populate_existing=True)
    )


def printed_name(applicant: Applicant) -> dict[str, str]:
    """The name in both scripts: given name, father's name, family name. Arabic replaces a missing Latin spelling."""
    return printed(applicant.name, applicant.latin)


def name_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The printed name of a person in a statement. Raises KeyError when the statement has none."""
    return printed(facts["name"]["ar"], facts["name"].get("latin") or {})


def printed(name: Mapping[str, Any], latin_name: Mapping[str, Any]) -> dict[str, str]:
    """As `printed_name`, of the two columns."""
    parts = ("given", "father", "family")
    arabic_text = " ".join(str(name[part]) for part in parts if name.get(part))
    latin_text = " ".join(str(latin_name[part]) for part in parts if latin_name.get(part))
    return {"ar": arabic_text, "en": latin_text or arabic_text}
