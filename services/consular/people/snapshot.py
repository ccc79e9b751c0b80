"""Takes down who applies, and who acts for them, from what the civil registry attested; each submission afresh."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from services.consular.people import rules
from services.consular.people.model import ActingPerson, Applicant
from shared.errors import Refusal


def take(session: Session, application: str, mission: str, facts: Mapping[str, Any]) -> None:
    """Writes the snapshot. Raises Refusal when the statement lacks what a file cannot do without."""
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
            "match_key": rules.match_key(name, born),
            "taken_at": func.now(),
        }
    except (KeyError, TypeError, ValueError) as incomplete:
        raise Refusal("statement_incomplete", authority="civil_registry") from incomplete
    written = insert(Applicant).values(application=application, **values)
    session.execute(written.on_conflict_do_update(index_elements=["application"], set_=values))


def take_acting(session: Session, application: str, mission: str, facts: Mapping[str, Any]) -> None:
    """Writes down who acts for the person of `facts`, if the register was asked by another; both names together."""
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
    except (KeyError, TypeError) as incomplete:
        raise Refusal("statement_incomplete", authority="civil_registry") from incomplete
    written = insert(ActingPerson).values(application=application, **values)
    session.execute(written.on_conflict_do_update(index_elements=["application"], set_=values))


def of(session: Session, application: str) -> Applicant | None:
    """Who an application is for; None before it was first submitted."""
    return session.scalar(
        select(Applicant).where(Applicant.application == application).execution_options(populate_existing=True)
    )


def acting_on(session: Session, application: str) -> ActingPerson | None:
    """Who acts on an application for its person; None where people act for themselves."""
    return session.scalar(
        select(ActingPerson).where(ActingPerson.application == application).execution_options(populate_existing=True)
    )


def printed_name(applicant: Applicant) -> dict[str, str]:
    """The name in both scripts: given name, father's name, family name. Without a Latin spelling the Arabic stands."""
    return _printed(applicant.name, applicant.latin)


def name_of(facts: Mapping[str, Any]) -> dict[str, str]:
    """The printed name of a person as a statement tells it. Raises KeyError when it tells none."""
    return _printed(facts["name"]["ar"], facts["name"].get("latin") or {})


def _printed(name: Mapping[str, Any], spelt: Mapping[str, Any]) -> dict[str, str]:
    parts = ("given", "father", "family")
    arabic = " ".join(str(name[part]) for part in parts if name.get(part))
    latin = " ".join(str(spelt[part]) for part in parts if spelt.get(part))
    return {"ar": arabic, "en": latin or arabic}
