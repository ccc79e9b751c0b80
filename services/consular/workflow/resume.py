"""Resumes an application after a registrar has settled a contradiction of the register; nobody submits it again."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.rules import Status
from services.consular.workflow.resolve import MISMATCH
from services.consular.workflow.review import forward_to_authorities
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor

# The register's reason once a registrar has settled the contradiction.
SETTLED = "register_settled"


def resume(session: Session, actor: Actor, reference: str, authority: str, ask: str) -> None:
    """Forwards the application to its authorities again. An application that has moved on meanwhile is not changed.

    Raises Refusal (not_asked) for an application without a question to this authority.
    """
    application = session.get(Application, reference, with_for_update=True, populate_existing=True)
    asking = session.get(Asking, (reference, application.round, authority, ask)) if application else None
    if application is None or asking is None:
        raise Refusal("not_asked", authority=authority)
    if application.status != Status.RETURNED or asking.reason != MISMATCH:
        audit.record(session, actor, "decision.ignored", reference, reason=application.status)
        return
    forward_to_authorities(session, actor, application)
