"""An application as the desk sees it: with the person, the attested facts and the history."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Asking
from services.consular.notices import inbox
from services.consular.passports import case_view as passport_view
from services.consular.people import duplicates
from services.consular.people.duplicates import OPEN, POSSIBLE
from services.consular.people.model import Applicant
from services.consular.views.application.application_rows import CaseRows, case_rows
from services.consular.views.application.application_view import View, checked, full_view
from services.consular.views.queue import assigned
from shared.database import audit, pending
from shared.database.audit import event
from shared.identity.access import ACCESS
from shared.identity.actor import Actor
from shared.values.dates import partial_iso

HISTORY_ROWS = 200


def read_case(session: Session, actor: Actor, reference: str, reason: str | None = None) -> View:
    """The file as the desk sees it, with the history. The read is recorded.

    What people handed in and registers attested is shown to those who may read it: not to whoever takes money.
    """
    rows = checked(session, actor, "desk.case", case_rows(session, reference))
    audit.record(session, actor, "case.read", reference, reason=reason)
    # The history shows this look at the case as well.
    pending.write(session)
    application, applicant = rows.application, rows.applicant
    is_marked = any(mark.state == OPEN for mark in rows.marks)
    view, reads = full_view(session, actor, rows), actor.role in ACCESS["paper.read"]
    return {
        **view,
        "papers": view["papers"] if reads else [],
        "person": _person(applicant) if applicant else None,
        "facts": application.facts if reads else None,
        "asked": [_question(row) for row in rows.askings],
        "assigned": assigned(application),
        "exception": application.exception or (POSSIBLE if is_marked else None),
        "duplicates": [duplicates.serialise(mark) for mark in rows.marks],
        "passport": _passport(session, actor, rows),
        "notices": [inbox.serialise(notice) for notice in rows.notices[: inbox.LIST_LENGTH]],
        "history": _history(session, reference),
    }


def _person(applicant: Applicant) -> View:
    return {
        "person": applicant.person,
        "national_number": applicant.national_number,
        "name": {"ar": applicant.name, "latin": applicant.latin},
        "sex": applicant.sex,
        "born": partial_iso(applicant.born, applicant.born_precision),
    }


def _question(row: Asking) -> View:
    return {"authority": row.authority, "ask": row.ask, "round": row.round, "outcome": row.outcome}


def _passport(session: Session, actor: Actor, rows: CaseRows) -> View | None:
    found = passport_view.PassportRows(rows.applicant, rows.passport, rows.last_passport, rows.lost, rows.approvals)
    return passport_view.serialise(session, actor, rows.application, found)


def _history(session: Session, reference: str) -> list[View]:
    rows = session.execute(
        select(event.c.at, event.c.actor, event.c.role, event.c.action, event.c.reason)
        .where(event.c.about == reference)
        .order_by(event.c.id.desc())
        .limit(HISTORY_ROWS)
    )
    return [{**row._mapping, "at": row.at.isoformat()} for row in rows]
