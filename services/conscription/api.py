"""How conscription is asked: statements of service status, assessments with their working, discharges on paper."""

from uuid import UUID

from flask import Blueprint
from marshmallow import Schema, fields, validate

from services.conscription.attest import facts
from services.conscription.model import Assessment
from shared import audit
from shared.access import check_access
from shared.catalogue import CATALOGUE
from shared.errors import NotFound
from shared.references import clean
from shared.web import allowed, body, current_actor, keys, transaction

STATEMENT_SECONDS = 300
blueprint = Blueprint("conscription", __name__)


class StatementRequest(Schema):
    """For which transaction a statement is wanted."""

    purpose = fields.String(required=True, validate=validate.OneOf(CATALOGUE, error="unknown_transaction"))


@blueprint.post("/statements")
@allowed("statement.ask")
def statement() -> dict[str, object]:
    """A signed statement about the asking person, for one purpose and five minutes."""
    actor, purpose = current_actor(), body(StatementRequest)["purpose"]
    if actor.person is None:
        raise NotFound()
    with transaction() as session:
        attested = facts(session, UUID(actor.person))
        audit.record(session, actor, "statement.ask", actor.person, reason=purpose)
    claims = {"purpose": purpose, "person": actor.person, "facts": attested}
    return {"statement": keys().sign("statement", "consular", STATEMENT_SECONDS, claims), "facts": attested}


@blueprint.get("/assessments/<application>")
@allowed("assessment.read")
def assessment(application: str) -> dict[str, object]:
    """What was found, or the reason of a refusal, and each step of the working."""
    with transaction() as session:
        found = session.get(Assessment, clean(application))
        if found is None:
            raise NotFound()
        check_access(current_actor(), "assessment.read", owner=str(found.person), mission=found.mission)
        audit.record(session, current_actor(), "assessment.read", found.application)
        return {
            "application": found.application,
            "amount": found.amount,
            "currency": found.currency,
            "tier": found.tier,
            "law": found.law,
            "reason": found.reason,
            "working": found.working,
        }
