"""A document as the outcome of an application: a register or the mission has issued it already."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.rules import Status
from services.consular.applications.transitions import transition
from shared.catalogue.model import REGISTERS
from shared.errors import Refusal
from shared.identity.actor import Actor


def grant(session: Session, actor: Actor, application: Application) -> None:
    """Attaches the document of this round. Raises Refusal (decision_incomplete) when no authority named one."""
    document_row = session.execute(
        select(Asking.document, Asking.authority).where(
            Asking.application == application.reference,
            Asking.round == application.round,
            Asking.document.is_not(None),
        )
    ).first()
    if document_row is None:
        raise Refusal("decision_incomplete", authority=actor.id)
    # A register owns its documents; those that follow a ministry's letter are the mission's.
    owner = document_row.authority if document_row.authority in REGISTERS else "consular"
    columns = {"document": document_row.document, "document_owner": owner}
    transition(session, actor, application, Status.READY, detail={"document": document_row.document}, columns=columns)
