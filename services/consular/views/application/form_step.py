"""One step of an application's form: its answers, and why it was returned. The rest of the application is not read."""

from typing import Any

from sqlalchemy import JSON, exists, func, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Correction, Step
from services.consular.applications.rules import Status
from services.consular.applications.transitions import check_readable
from services.consular.people.model import ActingPerson, Applicant, Mandate
from services.consular.views.application.application_rows import REFERENCE, SINGLE
from services.consular.views.application.application_view import allowed, behalf_of
from services.consular.views.application.json_rows import first_row, read_row
from shared import forms
from shared.catalogue.model import DECEASED
from shared.database import audit
from shared.errors import NotFound
from shared.forms import TYPED_HIJRI
from shared.identity.actor import Actor

_COLUMNS = tuple(
    Application.__table__.c[name]
    for name in (
        *("reference", "mission", "transaction", "person", "acting", "capacity", "mandate"),
        *("status", "answers", "submitted_at"),
    )
)
_LAST_WORD = (
    select(func.json_build_object("reason", Step.reason, "note", Step.note, type_=JSON))
    .where(Step.application == REFERENCE, Step.code == Application.status, Step.reason.is_not(None))
    .order_by(Step.id.desc())
    .limit(1)
    .scalar_subquery()
)
_MARKED = exists().where(Correction.application == REFERENCE, Correction.answered_at.is_(None))
_PEOPLE = [
    first_row(SINGLE[name].model, SINGLE[name].where).label(name + "_row")
    for name in ("mandate", "applicant", "acting")
]
_STATEMENT = select(*_COLUMNS, *_PEOPLE, _LAST_WORD.label("last_word"), _MARKED.label("marked")).where(
    Application.reference == REFERENCE
)


def form_step(session: Session, actor: Actor, reference: str, step: str) -> dict[str, Any]:
    """The answers of a step, whether they may be changed now, and reason and note of whoever returned the application.

    The read is recorded.
    """
    row = session.execute(_STATEMENT, {"reference": reference}).one_or_none()
    if row is None:
        raise NotFound()
    values = row._mapping
    application = Application(**{column.key: values[column.key] for column in _COLUMNS})
    mandate, applicant = read_row(Mandate, values["mandate_row"]), read_row(Applicant, values["applicant_row"])
    check_readable(session, actor, "application.read", application, mandate, applicant)
    audit.record(session, actor, "application.read", reference)
    acting = read_row(ActingPerson, values["acting_row"])
    questions = forms.transaction(application.transaction).questions
    names = {question.name for question in questions if question.step == step} | {DECEASED}
    return {
        "reference": reference,
        "transaction": application.transaction,
        "mission": application.mission,
        "behalf": behalf_of(actor, application, acting, applicant),
        "editable": "edit" in allowed(actor, application),
        "answers": {
            name: answer for name, answer in application.answers.items() if name.removesuffix(TYPED_HIJRI) in names
        },
        "last_word": values["last_word"],
        "marked": values["marked"] and application.status == Status.RETURNED,
    }
