"""The passport part of a case at the desk: machine-readable lines, divergent spellings, approvals, lost passports."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Approval
from services.consular.missions import today
from services.consular.passports import approve, booklets, lost
from services.consular.passports.data_page import preview
from services.consular.passports.model import LostPassport, Passport
from services.consular.people.model import Applicant
from shared import forms
from shared.catalogue.model import BOOKLET
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.values.person import passport_number

View = dict[str, Any]
# The subject of a look-up of an unknown number; the typed number itself is not stored.
UNKNOWN_HOLDER = "nobody"


@dataclass(frozen=True)
class PassportRows:
    """The rows of which the passport part of a case is made; `last` is the holder's passport before this one."""

    applicant: Applicant | None
    passport: Passport | None
    last: Passport | None
    lost: LostPassport | None
    approvals: Sequence[Approval]


def serialise(session: Session, actor: Actor, application: Application, rows: PassportRows) -> View | None:
    """The passport part of a case; None without a booklet as outcome, or before submission."""
    if forms.transaction(application.transaction).outcome != BOOKLET or application.submitted_at is None:
        return None
    passport = rows.passport
    divergences = approve.divergences(application, rows.applicant, rows.last)
    needs = approve.needs_of(application, divergences, rows.approvals, today(session, application.mission))
    return {
        "mrz": passport.mrz.splitlines()
        if passport and passport.mrz
        else preview(session, application, rows.applicant),
        "printed": passport is not None,
        "divergences": [vars(divergence) for divergence in divergences],
        "needs": [need.serialise(actor) for need in needs],
        "lost": _report(rows.lost) if rows.lost else None,
        "last": _issued(rows.last) if rows.last else None,
    }


def _issued(passport: Passport) -> View:
    return {
        "number": passport.number,
        "issued_on": passport.issued_on.isoformat() if passport.issued_on else None,
        "expires_on": passport.expires_on.isoformat() if passport.expires_on else None,
    }


def look_up(session: Session, actor: Actor, typed: str) -> View:
    """A passport by its number: this mission's issue of it, and the report of its loss. Raises Invalid."""
    number = _number(typed)
    passport, report = booklets.find_passport(session, number), lost.find(session, number)
    source = passport or report
    audit.record(session, actor, "passport.read", source.application if source else UNKNOWN_HOLDER)
    issued = passport and {
        "state": passport.state,
        "issued_on": passport.issued_on.isoformat() if passport.issued_on else None,
        "expires_on": passport.expires_on.isoformat() if passport.expires_on else None,
    }
    return {"number": number, "issued": issued, "lost": _report(report) if report else None}


def surrender(session: Session, actor: Actor, typed: str) -> View:
    """Records the surrender of a lost passport. Raises Invalid, NotFound, Conflict."""
    mission = actor.mission or ""
    report = lost.surrender(session, actor, mission, _number(typed), today(session, mission))
    return {"number": report.number, "lost": _report(report)}


def _number(typed: str) -> str:
    try:
        return passport_number(typed)
    except ValueError as error:
        raise Invalid("passport_number" if typed.strip() else "required", field="number") from error


def _report(report: LostPassport) -> View:
    return {
        "number": report.number,
        "reported_on": report.reported_on.isoformat(),
        "reported_at": report.reported_at,
        "surrendered_on": report.surrendered_on.isoformat() if report.surrendered_on else None,
        "surrendered_at": report.surrendered_at,
    }
