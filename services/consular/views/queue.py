"""The desk's queue: the mission's files, exceptions first, searched by names and parts of their numbers."""

from contextlib import suppress
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import FINAL, Status
from services.consular.people import duplicates, search_keys, snapshot
from services.consular.people.duplicates import POSSIBLE
from services.consular.people.model import Applicant
from services.consular.views.application_view import summary
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.values import references
from shared.values.person import national_number

PAGE_ROWS = 50
EXCEPTIONS = "exceptions"


def queue(
    session: Session, actor: Actor, status: str = "", transaction: str = "", search: str = "", page: int = 1
) -> dict[str, Any]:
    """One page of submitted files, with the number of files in each status.

    Raises Invalid for an unknown status, or for a search that is too short.
    """
    if status not in ("", EXCEPTIONS, *(known_status.value for known_status in Status)):
        raise Invalid("unknown_choice", field="status")
    conditions: list[ColumnElement[bool]] = [Application.submitted_at.is_not(None)]
    if status:
        conditions.append(_exceptional() if status == EXCEPTIONS else Application.status == status)
    if transaction:
        conditions.append(Application.transaction == transaction)
    if search:
        conditions.append(_search_condition(search))
    rows = session.execute(_page(conditions, page)).all()
    audit.record(
        session, actor, "desk.queue", actor.mission or "", status=status, searched=bool(search), rows=len(rows)
    )
    return {
        "rows": [_row(*row) for row in rows[:PAGE_ROWS]],
        "more": len(rows) > PAGE_ROWS,
        "page": page,
        "counts": _counts(session),
    }


def _page(conditions: list[ColumnElement[bool]], page: int) -> Select[Application, Applicant, bool]:
    """The query of a page, with one extra row that shows whether there is a next page."""
    return (
        select(Application, Applicant, duplicates.is_open(Application.reference))
        .outerjoin(Applicant, Applicant.application == Application.reference)
        .where(*conditions)
        .order_by(
            _exceptional().desc(),
            Application.status.in_(FINAL),
            Application.due_on.asc().nulls_last(),
            Application.submitted_at.asc().nulls_last(),
            Application.reference,
        )
        .limit(PAGE_ROWS + 1)
        .offset((page - 1) * PAGE_ROWS)
    )


def _exceptional() -> ColumnElement[bool]:
    return or_(
        Application.exception.is_not(None),
        Application.awaits.is_not(None),
        duplicates.is_open(Application.reference),
    )


def _search_condition(text: str) -> ColumnElement[bool]:
    reference = references.clean(text)
    if references.is_valid(reference):
        return Application.reference == reference
    with suppress(ValueError):
        return Applicant.national_number == national_number(text)
    found = search_keys.search_condition(Application.reference, text)
    if found is None:
        raise Invalid("search_not_understood", field="q")
    return found


def _row(application: Application, applicant: Applicant | None, has_open_mark: bool) -> dict[str, Any]:
    name = snapshot.printed_name(applicant) if applicant else None
    exception = application.exception or (POSSIBLE if has_open_mark else None)
    return {**summary(application), "applicant": {"name": name}, "exception": exception}


def _counts(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(Application.status, func.count())
        .where(Application.submitted_at.is_not(None))
        .group_by(Application.status)
    )
    exceptions = session.scalar(select(func.count()).select_from(Application).where(_exceptional())) or 0
    count_by_status = {status: int(count) for status, count in rows}
    counts = {status.value: count_by_status.get(status, 0) for status in Status if status is not Status.DRAFT}
    return {**counts, EXCEPTIONS: exceptions}
