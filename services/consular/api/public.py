"""What anybody may see: the stage of an application, by reference and birth date; what a mission owes back."""

from datetime import date
from typing import Any

from flask import Blueprint, request

from services.consular import missions
from services.consular.api.request import mission_session
from services.consular.views.money.unpaid_refunds import unpaid_refunds
from services.consular.views.tracking import track
from shared.errors import Invalid
from shared.values.digits import ascii_digits
from shared.values.references import clean
from shared.web.service import allowed, current_actor, database

blueprint = Blueprint("tracking", __name__)


@blueprint.get("/track")
@allowed("application.track")
def track_application() -> dict[str, Any]:
    """Transaction, status and stages; the same answer for an absent reference and a wrong date."""
    reference = clean(request.args.get("reference", "")[:300])
    try:
        born = date.fromisoformat(ascii_digits(request.args.get("born", ""))[:10])
    except ValueError as error:
        raise Invalid("not_a_date", field="born") from error
    with mission_session(reference) as session:
        return track(session, current_actor(), reference, born)


@blueprint.get("/unpaid-refunds")
@allowed("refund.count")
def count_unpaid_refunds() -> dict[str, Any]:
    """Counts, sums and ages of what the mission `mission` owes back. Raises NotFound for an unknown one."""
    with database().scope(None) as session:
        code = missions.find(session, request.args.get("mission")).code
    with database().scope(code) as session:
        return unpaid_refunds(session)
