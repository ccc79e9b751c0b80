"""Checks of a passport application against earlier passports, lost passports and those of other persons."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.transitions import show_person_everywhere
from services.consular.missions import today
from services.consular.passports import booklets, lost
from services.consular.people import origin
from shared.catalogue import passports
from shared.catalogue.model import Transaction
from shared.errors import Invalid, Refusal
from shared.identity.actor import Actor

FIRST_PASSPORTS = frozenset({passports.PASSPORT_FIRST.slug, passports.PASSPORT_FIRST_URGENT.slug})


def check_first(session: Session, person: str, entry: Transaction, application: str = "") -> None:
    """Raises Refusal (had_a_passport) for a first passport of somebody who has had one, at any mission."""
    if entry.slug not in FIRST_PASSPORTS:
        return
    show_person_everywhere(session, person)
    earlier = booklets.last_passport(session, person, except_application=application)
    if earlier is not None:
        raise Refusal("had_a_passport", number=earlier.number)


def check_submission(
    session: Session, application: Application, entry: Transaction, answers: Mapping[str, object]
) -> None:
    """Raises Refusal (had_a_passport), or Invalid with a code for a passport number that does not fit."""
    check_first(session, application.person, entry, application.reference)
    errors: dict[str, str] = {}
    number = str(answers.get("passport_number") or "")
    if number and entry.one_of == passports.PASSPORT:
        errors |= _number_errors(session, application, entry, number)
    if errors:
        raise Invalid("invalid", errors=errors)


def check_birth_place(entry: Transaction, facts: Mapping[str, Any], answers: Mapping[str, object]) -> None:
    """Raises Invalid unless the register attests a place of birth, or the applicant declares one in both scripts."""
    if entry.one_of != passports.PASSPORT or origin.attested_birth_place(facts)["ar"]:
        return
    missing = [name for name in (origin.BIRTH_PLACE, origin.LATIN_BIRTH_PLACE) if not answers.get(name)]
    if missing:
        raise Invalid("invalid", errors=dict.fromkeys(missing, "birth_place_needed"))


def _number_errors(session: Session, application: Application, entry: Transaction, number: str) -> dict[str, str]:
    passport = lost.look_up(session, number)
    if passport.person is not None and passport.person != application.person:
        return {"passport_number": "passport_of_another"}
    if passport.reported_for is None:
        return {}
    if entry.slug != passports.PASSPORT_LOST.slug:
        return {"passport_number": "passport_reported_lost"}
    # An earlier report, at any mission, must come from the same person; otherwise the passport is another's.
    show_person_everywhere(session, application.person)
    reporter = session.scalar(select(Application.person).where(Application.reference == passport.reported_for))
    return {} if reporter == application.person else {"passport_number": "passport_of_another"}


def report_lost(
    session: Session, actor: Actor, application: Application, entry: Transaction, answers: Mapping[str, object]
) -> None:
    """Reports the passport that this application replaces as lost, from the declaration of its loss on."""
    if entry.slug == passports.PASSPORT_LOST.slug:
        day: date = today(session, application.mission)
        number = str(answers["passport_number"])
        lost.report(session, actor, application.mission, number, application.reference, day)
