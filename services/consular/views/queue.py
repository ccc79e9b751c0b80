"""The desk's queue: the mission's files, exceptions first, searched by names and parts of their numbers."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, or_, select, text
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import FINAL, Status
from services.consular.people import duplicates, search_keys, snapshot
from services.consular.people.duplicates import POSSIBLE
from services.consular.people.model import Applicant
from services.consular.views import printed_numbers
from services.consular.views.application.application_view import summary
from shared.database import audit
from shared.errors import Invalid
from shared.identity.actor import Actor
from shared.values.person import national_number

PAGE_ROWS, EXPORT_ROWS = 50, 1_000
EXCEPTIONS = "exceptions"
# A status is counted up to one more than this: to count what was ever collected would take longer every year.
COUNT_LIMIT = 1_000
SUBMITTED = [status.value for status in Status if status is not Status.DRAFT]
COLUMNS = (
    *("reference", "transaction", "mission", "status", "awaits", "exception", "created_at", "submitted_at"),
    *("changed_at", "due_on", "lapses_on", "booked_for", "assigned_to", "assigned_name", "assigned_at"),
)

# Few files need attention at any time. Of all others the first rows of each status are enough, and the index
# `ix_application_queue` has them in this order: what lies further back in a long status is not looked at. The mission
# is named, as the wall alone, which also lets people see their own applications, is no condition of an index.
_LIST = text(
    """
    WITH exceptional AS MATERIALIZED (
        SELECT reference FROM application
        WHERE mission = :mission AND (exception IS NOT NULL OR awaits IS NOT NULL)
        UNION SELECT application FROM duplicate WHERE mission = :mission AND state = 'open'
    ), listed AS (
        SELECT application.*, true AS is_exceptional FROM exceptional JOIN application USING (reference)
        WHERE mission = :mission AND status = ANY (:statuses) AND submitted_at IS NOT NULL
          AND (CAST(:slug AS text) = '' OR transaction = :slug)
        UNION ALL
        SELECT first.*, false FROM unnest(CAST(:others AS text[])) AS wanted (status), LATERAL (
            SELECT * FROM application
            WHERE mission = :mission AND status = wanted.status AND submitted_at IS NOT NULL
              AND (CAST(:slug AS text) = '' OR transaction = :slug)
              AND reference NOT IN (SELECT reference FROM exceptional)
            ORDER BY due_on, submitted_at, reference LIMIT :skipped + :rows
        ) AS first
    ), page AS (
        SELECT *, row_number() OVER (
            ORDER BY is_exceptional DESC, status = ANY (:final), due_on, submitted_at, reference
        ) AS place
        FROM listed ORDER BY place LIMIT :rows OFFSET :skipped
    )
    SELECT page.reference, page.transaction, page.mission, page.status, page.awaits, page.exception, page.created_at,
        page.submitted_at, page.changed_at, page.due_on, page.lapses_on, page.booked_for, page.assigned_to,
        page.assigned_name, page.assigned_at, applicant.name, applicant.latin,
        EXISTS (SELECT FROM duplicate WHERE application = page.reference AND state = 'open')
            AS has_open_mark
    FROM page LEFT JOIN applicant ON applicant.application = page.reference
    ORDER BY place
    """
)
_COUNT = text(
    """
    SELECT wanted.status, counted.n FROM unnest(CAST(:statuses AS text[])) AS wanted (status), LATERAL (
        SELECT count(*) AS n FROM (
            SELECT FROM application
            WHERE mission = :mission AND status = wanted.status AND submitted_at IS NOT NULL LIMIT :most
        ) AS first_rows
    ) AS counted
    UNION ALL
    SELECT :exceptions, count(*) FROM (
        SELECT reference FROM application
        WHERE mission = :mission AND (exception IS NOT NULL OR awaits IS NOT NULL)
        UNION SELECT application FROM duplicate WHERE mission = :mission AND state = 'open'
        LIMIT :most
    ) AS exceptional
    """
)


@dataclass(frozen=True)
class Filters:
    """What a page of the queue shows; `officer` is whose assigned cases alone are wanted, empty for everybody's."""

    status: str = ""
    transaction: str = ""
    search: str = ""
    officer: str = ""
    page: int = 1
    rows: int = PAGE_ROWS


def queue(session: Session, actor: Actor, filters: Filters) -> dict[str, Any]:
    """One page of submitted files, with the number of files in each status, up to one more than COUNT_LIMIT.

    Raises Invalid for an unknown status, or for a search that is too short.
    """
    if filters.status not in ("", EXCEPTIONS, *SUBMITTED, Status.DRAFT.value):
        raise Invalid("unknown_choice", field="status")
    if filters.search or filters.officer:
        rows = session.execute(_search(filters, session.info["mission"])).all()
    else:
        rows = _list(session, filters).all()
    audit.record(
        session,
        actor,
        "desk.queue",
        actor.mission or "",
        status=filters.status,
        searched=bool(filters.search),
        rows=len(rows),
    )
    return {
        "rows": [_row(row) for row in rows[: filters.rows]],
        "more": len(rows) > filters.rows,
        "page": filters.page,
        "page_rows": filters.rows,
        "counts": _counts(session),
        "count_limit": COUNT_LIMIT,
    }


def _list(session: Session, filters: Filters) -> Any:
    """A page without a search, with one extra row that shows whether there is a next page."""
    wanted = [filters.status] if filters.status not in ("", EXCEPTIONS) else SUBMITTED
    parameters = {
        "mission": session.info["mission"],
        "statuses": wanted,
        "others": [] if filters.status == EXCEPTIONS else wanted,
        "slug": filters.transaction,
        "final": sorted(FINAL),
        "rows": filters.rows + 1,
        "skipped": (filters.page - 1) * filters.rows,
    }
    return session.execute(_LIST, parameters)


def _search(filters: Filters, mission: str) -> Select[Any]:
    """As `_list`, of the few files that a search finds, or that an officer works on."""
    conditions: list[ColumnElement[bool]] = [Application.submitted_at.is_not(None)]
    if filters.search:
        conditions.append(_search_condition(filters.search, mission))
    if filters.officer:
        conditions.append(Application.assigned_to == filters.officer)
    if filters.status:
        is_exceptional = filters.status == EXCEPTIONS
        conditions.append(_exceptional() if is_exceptional else Application.status == filters.status)
    if filters.transaction:
        conditions.append(Application.transaction == filters.transaction)
    columns = (Application.__table__.c[name] for name in COLUMNS)
    has_open_mark = duplicates.is_open(Application.reference).label("has_open_mark")
    return (
        select(*columns, Applicant.name, Applicant.latin, has_open_mark)
        .outerjoin(Applicant, Applicant.application == Application.reference)
        .where(*conditions)
        .order_by(
            _exceptional().desc(),
            Application.status.in_(FINAL),
            Application.due_on.asc().nulls_last(),
            Application.submitted_at.asc().nulls_last(),
            Application.reference,
        )
        .limit(filters.rows + 1)
        .offset((filters.page - 1) * filters.rows)
    )


def _exceptional() -> ColumnElement[bool]:
    return or_(
        Application.exception.is_not(None),
        Application.awaits.is_not(None),
        duplicates.is_open(Application.reference),
    )


def _search_condition(text: str, mission: str) -> ColumnElement[bool]:
    number = printed_numbers.condition(text, mission)
    if number is not None:
        return number
    found = search_keys.search_condition(Application.reference, text)
    with suppress(ValueError):
        # Eleven digits may be a telephone number as well.
        is_number = Applicant.national_number == national_number(text)
        return is_number if found is None else or_(is_number, found)
    if found is None:
        raise Invalid("search_not_understood", field="q")
    return found


def _row(row: Row[Any]) -> dict[str, Any]:
    name = snapshot.printed(row.name, row.latin) if row.name else None
    exception = row.exception or (POSSIBLE if row.has_open_mark else None)
    return {**summary(row), "applicant": {"name": name}, "exception": exception, "assigned": assigned(row)}


def assigned(row: Row[Any] | Application) -> dict[str, Any] | None:
    """The officer who works on an application, and since when."""
    if row.assigned_to is None or row.assigned_at is None:
        return None
    return {"officer": row.assigned_to, "name": row.assigned_name, "since": row.assigned_at.isoformat()}


def _counts(session: Session) -> dict[str, int]:
    mission = session.info["mission"]
    parameters = {"mission": mission, "statuses": SUBMITTED, "exceptions": EXCEPTIONS, "most": COUNT_LIMIT + 1}
    return {status: int(count) for status, count in session.execute(_COUNT, parameters)}
