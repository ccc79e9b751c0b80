"""The only place where an application changes its status: a conditional update, its step and its event."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.behalf import (
    check_representation,
    check_represented,
    may_act,
    representation_of,
)
from services.consular.applications.model import Application, Step
from services.consular.applications.rules import Status
from services.consular.applications.update import update_columns
from services.consular.missions.due_dates import lapses_on
from services.consular.notices.create import create_notice
from services.consular.notices.rules import PROMISE_MISSED
from services.consular.people.model import Applicant, Mandate
from shared.database import audit, db, pending
from shared.database.rows import table_of
from shared.errors import Conflict, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor

Detail = Mapping[str, str | int | None]
UNASSIGNED = {"assigned_to": None, "assigned_name": None, "assigned_at": None}
_LOCK = (
    select(Application)
    .where(Application.reference == bindparam("reference"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
_STEP_COLUMNS = (
    *("application", "mission", "at", "code", "source", "target"),
    *("actor", "role", "person", "capacity", "reason", "note", "detail"),
)
_INSERT_STEP = pending.insert_at_end(table_of(Step), *_STEP_COLUMNS)


def find(session: Session, actor: Actor, action: str, reference: str) -> Application:
    """An application on which the actor may do this action. Raises NotFound both for an absent and another's one."""
    return _checked(session, actor, action, session.get(Application, reference))


def show_person_everywhere(session: Session, person: str | None) -> None:
    """Makes this person's rows of all missions visible until the commit, for reading only."""
    session.execute(select(func.set_config("mahjar.person", person or "", True)))


def load_for_update(session: Session, actor: Actor, action: str, reference: str) -> Application:
    """As `find`, locked until the commit: a second caller sees the changes of the first."""
    application = session.scalar(_LOCK, {"reference": reference})
    return _checked(session, actor, action, application, locked=True)


def _checked(
    session: Session, actor: Actor, action: str, application: Application | None, *, locked: bool = False
) -> Application:
    found = _accessible(actor, action, application)
    if _acts_for_another(actor, found):
        check_representation(session, found, locked=locked)
    return found


def check_readable(
    session: Session,
    actor: Actor,
    action: str,
    application: Application | None,
    mandate: Mandate | None,
    ward: Applicant | None,
) -> Application:
    """As `find`, by rows that were found before."""
    found = _accessible(actor, action, application)
    if _acts_for_another(actor, found):
        check_represented(session, found, mandate, ward)
    return found


def _accessible(actor: Actor, action: str, application: Application | None) -> Application:
    # Before submission only its person and its acting person may see an application.
    if application is None or (application.submitted_at is None and not is_party(actor, application)):
        raise NotFound()
    check_access(actor, action, owner=(application.person, application.acting), mission=application.mission)
    return application


def _acts_for_another(actor: Actor, application: Application) -> bool:
    return is_party(actor, application) and actor.person != application.person


def is_party(actor: Actor, application: Application) -> bool:
    """Whether the actor is the application's person or acts on it."""
    return actor.person is not None and actor.person in (application.person, application.acting)


def check_status(application: Application, verb: str) -> None:
    """Raises Conflict when a verb is not possible in the application's status."""
    _, statuses = rules.VERBS[verb]
    if Status(application.status) not in statuses:
        raise Conflict("not_possible_now", status=application.status)


def transition(
    session: Session,
    actor: Actor,
    application: Application,
    target: Status,
    *,
    reason: str | None = None,
    note: str | None = None,
    detail: Detail | None = None,
    columns: Mapping[str, object] | None = None,
    code: str = "",
) -> None:
    """Changes the status, together with other columns. Raises Conflict when the status has changed meanwhile, or the
    table has no such transition.

    `code` names what happened where the table's code for the change says too little.
    """
    source = Status(application.status)
    entry = rules.find_transition(source, target)
    if entry is None:
        raise Conflict("not_possible_now", status=source.value)
    values = {
        "status": target.value,
        "changed_at": db.now(session),
        **_deadline(session, application, target),
        **(UNASSIGNED if application.assigned_to else {}),
        **_settled_flag(application),
        **(columns or {}),
    }
    if not update_columns(session, application, {"status": source.value}, **values):
        raise Conflict("not_possible_now", status=source.value)
    step_code = code or entry.code
    note_step(session, actor, application, step_code, source, reason=reason, note=note, detail=detail)
    if target in rules.NOTIFIED:
        notice_kind = step_code if step_code in rules.OWN_NOTICES else target.value
        for person in recipients(session, application):
            create_notice(session, person, notice_kind, application.reference)


def _settled_flag(application: Application) -> dict[str, None]:
    """Whoever moves a file on has answered for its missed promise."""
    return {"exception": None} if application.exception == PROMISE_MISSED else {}


def recipients(session: Session, application: Application) -> list[str]:
    """The persons notified of an application: its person, and the acting person while they may act."""
    acting_hears = application.acting != application.person and may_act(session, application)
    return [application.person, *([application.acting] if acting_hears else [])]


def _deadline(session: Session, application: Application, target: Status) -> dict[str, date | None]:
    """Ten days from today in a status that waits for the applicant; none in another."""
    return {"lapses_on": lapses_on(session, application.mission) if target in rules.WAITING else None}


def note_step(
    session: Session,
    actor: Actor,
    application: Application,
    code: str,
    source: Status | None,
    *,
    reason: str | None = None,
    note: str | None = None,
    detail: Detail | None = None,
) -> None:
    """Adds a step to the timeline, with its event; both are written at the end of the transaction."""
    is_own = is_party(actor, application)
    row = {
        "application": application.reference,
        "mission": application.mission,
        "at": db.now(session),
        "code": code,
        "source": source,
        "target": application.status,
        "actor": actor.id,
        "role": actor.role,
        "person": actor.person if is_own else None,
        "capacity": representation_of(application, actor).capacity if is_own else None,
        "reason": reason,
        "note": note,
        "detail": dict(detail or {}),
    }
    pending.write_at_end(session, _INSERT_STEP, row)
    audit.record(session, actor, f"application.{code}", application.reference, reason=reason, **(detail or {}))
