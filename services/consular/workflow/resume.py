"""Goes on with an application that waited for the register to agree with itself: nobody has to send it again."""

from sqlalchemy.orm import Session

from services.consular.applications.model import Application, Asking
from services.consular.applications.rules import Status
from services.consular.workflow.resolve import MISMATCH
from services.consular.workflow.review import forward_to_authorities
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor

# What the register says when a registrar has settled what it contradicted.
SETTLED = "register_settled"


def resume(session: Session, actor: Actor, reference: str, authority: str, ask: str) -> None:
    """Asks the register afresh. Where the application has moved on meanwhile, by whosever hand, nothing is changed.

    Raises Refusal for an application this authority was never asked about.
    """
    application = session.get(Application, reference, with_for_update=True, populate_existing=True)
    asking = session.get(Asking, (reference, application.round, authority, ask)) if application else None
    if application is None or asking is None:
        raise Refusal("not_asked", authority=authority)
    if application.status != Status.RETURNED or asking.reason != MISMATCH:
        audit.record(session, actor, "decision.ignored", reference, reason=application.status)
        return
    forward_to_authorities(session, actor, application)
