"""Stores applicant and acting person as the civil registry attested them; each submission stores them anew."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from services.consular.people import rules, search_keys
from services.consular.people.model import ActingPerson, Applicant
from shared.database.db import now
from shared.database.rows import table_of
from shared.errors import Refusal
from shared.values.dates import DAY

_APPLICANT = (
    select(Applicant).where(Applicant.application == bindparam("application")).execution_options(populate_existing=True)
)
_PEOPLE = (
    select(Applicant, ActingPerson)
    .outerjoin(ActingPerson, ActingPerson.application == Applicant.application)
    .where(Applicant.application == bindparam("application"))
    .execution_options(populate_existing=True)
)


def _store(model: type[Applicant] | type[ActingPerson]) -> Insert:
    """Inserts a row, or replaces the one of the same application."""
    statement = insert(table_of(model))
    changed = {column.name: column for column in statement.excluded if column.name != "application"}
    return statement.on_conflict_do_update(index_elements=["application"], set_=changed)


_STORE_APPLICANT, _STORE_ACTING_PERSON = _store(Applicant), _store(ActingPerson)


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
            "taken_at": now(session),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Refusal("statement_incomplete", authority="civil_registry") from error
    session.execute(_STORE_APPLICANT, {"application": application, **values})
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
            "kinship": acting.get("kinship"),
            "taken_at": now(session),
        }
    except (KeyError, TypeError) as error:
        raise Refusal("statement_incomplete", authority="civil_registry") from error
    session.execute(_STORE_ACTING_PERSON, {"application": application, **values})
    search_keys.store_names(session, application, mission, search_keys.ACTING_NAME, name_of(acting).values())


def applicant_of(session: Session, application: str) -> Applicant | None:
    """The applicant of an application; None before its first submission."""
    return session.scalar(_APPLICANT, {"application": application})


def people_of(session: Session, application: str) -> tuple[Applicant | None, ActingPerson | None]:
    """The applicant and the acting person of an application, each as above."""
    row = session.execute(_PEOPLE, {"application": application}).one_or_none()
    return (row[0], row[1]) if row else (None, None)


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
