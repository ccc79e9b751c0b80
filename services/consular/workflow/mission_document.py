"""A document that the mission issues itself: the officer's acceptance is the decision, and no authority is asked."""

from typing import Any

from sqlalchemy.orm import Session

from services.consular import missions
from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.applications.transitions import transition
from services.consular.ministries.letters import LetterSubject, written_answers
from services.consular.workflow.correspondence import letter_subject
from shared import documents, forms
from shared.catalogue.model import MissionDocument
from shared.documents import validity
from shared.identity.actor import Actor


def issue(session: Session, actor: Actor, application: Application) -> None:
    """Issues the document of the entry and makes the application ready, in the caller's commit.

    Raises Refusal (statement_incomplete) without a snapshot of the applicant, ValueError for an entry that issues none.
    """
    declared = forms.transaction(application.transaction).issues
    if declared is None:
        raise ValueError(application.transaction)
    mission = application.mission
    data = _snapshot(declared, letter_subject(session, application), missions.find(session, mission).zone)
    expires_on = validity.expires_on(declared.kind, missions.today(session, mission))
    document = documents.issue(
        session, actor, declared.kind, application.reference, mission, application.person, data, expires_on
    )
    columns = {"document": document.code, "document_owner": "consular"}
    transition(session, actor, application, Status.READY, detail={"document": document.code}, columns=columns)


def _snapshot(declared: MissionDocument, subject: LetterSubject, zone: str) -> dict[str, Any]:
    """What the entry declares of the applicant and of the answers."""
    return {
        "holder": _holder(declared, subject),
        "application": subject.application,
        "transaction": subject.transaction,
        "person": {name: subject.identity[name] for name in declared.identity},
        "answers": written_answers(subject, declared.answers),
        "zone": zone,
    }


def _holder(declared: MissionDocument, subject: LetterSubject) -> dict[str, str]:
    """Whom the document is about: the applicant, unless two of the answers name somebody else."""
    if declared.holder is None:
        return dict(subject.holder)
    arabic, latin = (str(subject.answers.get(name) or "") for name in declared.holder)
    return {"ar": arabic, "en": latin or arabic}
