"""Revokes one issued document with a reason, by two signatures; a register is told and revokes its own."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.notify import notify_recipients
from services.consular.approvals.model import Proposal
from services.consular.approvals.sign import finish
from services.consular.missions import today
from services.consular.notices.rules import DOCUMENT_REVOKED
from shared import documents
from shared.catalogue.bulk_actions import REVOCATION
from shared.documents.model import KINDS, Document
from shared.documents.printed_numbers import has_number
from shared.errors import Invalid, NotFound
from shared.forms import check_questions
from shared.identity.actor import Actor
from shared.messaging.outbox import emit
from shared.values.references import clean, is_valid, mark_of, mission_of

KIND = "revocation"
CONSULAR = "consular"
OWNERS = {kind.mark: kind.service for kind in KINDS.values()}
FIELD = "document_code"


def read(session: Session, terms: Mapping[str, Any]) -> dict[str, Any]:
    """The clean terms. Raises Invalid with a code per field, also for a document that is not of this mission."""
    params = check_questions(REVOCATION, terms, today(session, session.info["mission"]))
    code = clean(params[FIELD])
    if not is_valid(code) or mark_of(code) not in OWNERS:
        raise Invalid("number_not_code" if has_number(params[FIELD]) else "code_malformed", field=FIELD)
    if mission_of(code) != session.info["mission"]:
        raise Invalid("document_unknown", field=FIELD)
    application = _application_of(session, code)
    if application is None:
        raise Invalid("document_unknown", field=FIELD)
    return {**params, FIELD: code, "application": application}


def _application_of(session: Session, code: str) -> str | None:
    """The application that a document belongs to; None for an unknown one, and for one that is revoked already."""
    if OWNERS[mark_of(code)] == CONSULAR:
        try:
            document: Document = documents.find(session, code)
        except NotFound:
            return None
        return document.about if document.status == "valid" else None
    asked = select(Asking.application).where(Asking.document == code)
    filed = select(Application.reference).where(Application.document == code)
    return session.scalar(asked.limit(1)) or session.scalar(filed.limit(1))


def preview(_session: Session, _params: Mapping[str, Any]) -> dict[str, Any]:
    """One application is touched: that of the document."""
    return {"applications": 1}


def carry_out(session: Session, actor: Actor, proposal: Proposal) -> None:
    """Revokes the mission's own document in this commit; of another service's the service is told. Its holder is told.

    Messages carry no text: the reason stays with the proposal, whose reference is recorded with the document.
    """
    code, application = proposal.params[FIELD], proposal.params["application"]
    owner = OWNERS[mark_of(code)]
    if owner == CONSULAR:
        documents.revoke(session, actor, code, proposal.reference)
    else:
        body = {"application": application, "document": code, "authority": owner, "proposal": proposal.reference}
        emit(session, actor, "document.revoked", application, body)
    notify_recipients(
        session, session.get_one(Application, application), DOCUMENT_REVOKED, proposal.reference, document=code
    )
    finish(session, actor, proposal, {"applications": 1})
