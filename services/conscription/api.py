"""HTTP routes of conscription: statements of service status, amounts by law, assessments with their working."""

from datetime import date

from flask import Blueprint, request
from marshmallow import Schema, fields, validate

from services.conscription.attest import attest
from services.conscription.laws import TIERS_OF, amounts_on, doubtful
from services.conscription.model import Assessment
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.database.db import now
from shared.database.rows import find_row
from shared.errors import Invalid, NotFound
from shared.identity.access import check_access
from shared.identity.representation import HEADER, may_read
from shared.values.dates import STATE_ZONE, local_date
from shared.values.digits import ascii_digits
from shared.values.references import clean
from shared.web.service import allowed, body, current_actor, database, keys, transaction

blueprint = Blueprint("conscription", __name__)


class StatementRequest(Schema):
    """The transaction a statement is for. With a proof the statement is about the principal."""

    purpose = fields.String(required=True, validate=validate.OneOf(CATALOGUE, error="unknown_transaction"))
    proof = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=4000, error="too_long"))


@blueprint.post("/statements")
@allowed("statement.ask")
def statement() -> dict[str, object]:
    """A signed statement about the actor or their principal, for one purpose, valid for five minutes."""
    actor, payload = current_actor(), body(StatementRequest)
    if actor.person is None:
        raise NotFound()
    with transaction() as session:
        token, attested = attest(session, actor, keys(), payload["purpose"], payload["proof"])
    return {"statement": token, "facts": attested}


@blueprint.get("/rules/<slug>")
@allowed("transaction.list")
def rules(slug: str) -> dict[str, object]:
    """The amounts and numbers by law for a transaction on the day `on` (today by default), and their history."""
    if slug not in TIERS_OF:
        raise NotFound("unknown_transaction")
    day_text = request.args.get("on", "")
    try:
        on = date.fromisoformat(ascii_digits(day_text)) if day_text else None
    except ValueError as error:
        raise Invalid("not_a_date", field="on") from error
    with database().scope(None) as session:
        return amounts_on(session, slug, on or local_date(now(session), STATE_ZONE))


@blueprint.get("/parameters")
@allowed("parameter.list")
def parameters() -> list[dict[str, object]]:
    """The numbers of the laws that need a lawyer."""
    with database().scope(None) as session:
        return doubtful(session)


@blueprint.get("/assessments/<application>")
@allowed("assessment.read")
def assessment(application: str) -> dict[str, object]:
    """The amount or the reason of a refusal, with each step of the working."""
    with transaction() as session:
        assessment_row = find_row(session, Assessment, clean(application))
        if not may_read(keys(), request.headers.get(HEADER), current_actor(), assessment_row.application):
            check_access(
                current_actor(), "assessment.read", owner=str(assessment_row.person), mission=assessment_row.mission
            )
        audit.record(session, current_actor(), "assessment.read", assessment_row.application)
        return {
            "application": assessment_row.application,
            "amount": assessment_row.amount,
            "currency": assessment_row.currency,
            "tier": assessment_row.tier,
            "law": assessment_row.law,
            "reason": assessment_row.reason,
            "working": assessment_row.working,
        }
