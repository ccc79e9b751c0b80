"""How conscription is asked: statements of service status, assessments with their working, discharges on paper."""

from datetime import date

from flask import Blueprint, request
from marshmallow import Schema, fields, validate

from services.conscription.assess import DAMASCUS
from services.conscription.attest import attest
from services.conscription.laws import TIERS_OF, amounts_on
from services.conscription.model import Assessment
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.database.db import now
from shared.errors import Invalid, NotFound
from shared.identity.access import check_access
from shared.identity.representation import HEADER, may_read
from shared.values.dates import local_date
from shared.values.digits import ascii_digits
from shared.values.references import clean
from shared.web.service import allowed, body, current_actor, database, keys, transaction

blueprint = Blueprint("conscription", __name__)


class StatementRequest(Schema):
    """For which transaction a statement is wanted; with a proof, about the person one acts for."""

    purpose = fields.String(required=True, validate=validate.OneOf(CATALOGUE, error="unknown_transaction"))
    proof = fields.String(allow_none=True, load_default=None, validate=validate.Length(max=4000, error="too_long"))


@blueprint.post("/statements")
@allowed("statement.ask")
def statement() -> dict[str, object]:
    """A signed statement about the asking person, or about whom they act for, for one purpose and five minutes."""
    actor, asked = current_actor(), body(StatementRequest)
    if actor.person is None:
        raise NotFound()
    with transaction() as session:
        token, attested = attest(session, actor, keys(), asked["purpose"], asked["proof"])
    return {"statement": token, "facts": attested}


@blueprint.get("/rules/<slug>")
@allowed("transaction.list")
def rules(slug: str) -> dict[str, object]:
    """The amounts and numbers the law set for a transaction on a day, today unless `on` says otherwise; and before."""
    if slug not in TIERS_OF:
        raise NotFound("unknown_transaction")
    given = request.args.get("on", "")
    try:
        on = date.fromisoformat(ascii_digits(given)) if given else None
    except ValueError as wrong:
        raise Invalid("not_a_date", field="on") from wrong
    with database().scope(None) as session:
        return amounts_on(session, slug, on or local_date(now(session), DAMASCUS))


@blueprint.get("/assessments/<application>")
@allowed("assessment.read")
def assessment(application: str) -> dict[str, object]:
    """What was found, or the reason of a refusal, and each step of the working."""
    with transaction() as session:
        found = session.get(Assessment, clean(application))
        if found is None:
            raise NotFound()
        if not may_read(keys(), request.headers.get(HEADER), current_actor(), found.application):
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
