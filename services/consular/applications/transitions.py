"""The only door through which an application changes its status: a conditional update, its step and its event."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.consular.applications import rules
from services.consular.applications.behalf import check_representation, may_act, representation_of
from services.consular.applications.model import Application, Step
from services.consular.applications.rules import Status
from services.consular.applications.update import update_columns
from services.consular.missions.due_dates import lapses_on
from services.consular.notices.create import create_notice
from shared.database import audit
from shared.errors import Conflict, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor

Detail = Mapping[str, str | int | None]


def find(session: Session, actor: Actor, action: str, reference: str) -> Application:
    """An application the actor may do this with. Raises NotFound alike for an absent one and another's."""
    return _checked(session, actor, action, session.get(Application, reference))


def show_person_everywhere(session: Session, person: str | None) -> None:
    """Until the commit, what belongs to this person is in sight at every mission: to be read, never to be changed."""
    session.execute(select(func.set_config("mahjar.person", person or "", True)))


def load_for_update(session: Session, actor: Actor, action: str, reference: str) -> Application:
    """As `find`, held until the commit: whoever comes second sees what the first one did."""
    held = select(Application).where(Application.reference == reference).with_for_update()
    found = session.scalar(held.execution_options(populate_existing=True))
    return _checked(session, actor, action, found, held=True)


def _checked(
    session: Session, actor: Actor, action: str, application: Application | None, *, held: bool = False
) -> Application:
    # Until it is handed in an application is nobody's business but its person's and its writer's.
    if application is None or (application.submitted_at is None and not is_party(actor, application)):
        raise NotFound()
    check_access(actor, action, owner=(application.person, application.acting), mission=application.mission)
    if is_party(actor, application) and actor.person != application.person:
        check_representation(session, application, held=held)
    return application


def is_party(actor: Actor, application: Application) -> bool:
    """Whether the actor is of whom the application is, or who acts on it."""
    return actor.person is not None and actor.person in (application.person, application.acting)


def check_status(application: Application, verb: str) -> None:
    """Raises Conflict when a verb makes no sense in the status the application is in."""
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
    """Changes the status, together with other columns. Raises Conflict when somebody was faster, or there is no way.

    `code` names what happened where the table's word for the change says too little.
    """
    source = Status(application.status)
    known = rules.find_transition(source, target)
    if known is None:
        raise Conflict("not_possible_now", status=source.value)
    values = {"status": target, "changed_at": func.now(), **_deadline(session, application, target), **(columns or {})}
    if not update_columns(session, application, Application.status == source, **values):
        raise Conflict("not_possible_now", status=source.value)
    what = code or known.code
    note_step(session, actor, application, what, source, reason=reason, note=note, detail=detail)
    if target in rules.TOLD:
        news = what if what in rules.OWN_NEWS else target.value
        for person in recipients(session, application):
            create_notice(session, person, news, application.reference)


def recipients(session: Session, application: Application) -> list[str]:
    """Who hears of an application: its person, and who acts for them as long as they may."""
    also = application.acting != application.person and may_act(session, application)
    return [application.person, *([application.acting] if also else [])]


def _deadline(session: Session, application: Application, target: Status) -> dict[str, date | None]:
    """Ten days from today wherever it waits for its applicant; none elsewhere."""
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
    """A line of the timeline and the event that goes with it."""
    session.add(
        Step(
            application=application.reference,
            mission=application.mission,
            at=func.now(),
            code=code,
            source=source,
            target=application.status,
            actor=actor.id,
            role=actor.role,
            person=actor.person if is_party(actor, application) else None,
            capacity=representation_of(application, actor).capacity if is_party(actor, application) else None,
            reason=reason,
            note=note,
            detail=dict(detail or {}),
        )
    )
    session.flush()
    audit.record(session, actor, f"application.{code}", application.reference, reason=reason, **(detail or {}))
