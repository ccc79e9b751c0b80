"""The public view of an application: its stage, by reference and birth date."""

from datetime import date
from typing import Any

from flask import Blueprint, request

from services.consular.api.request import mission_session
from services.consular.views.tracking import track
from shared.errors import Invalid
from shared.values.digits import ascii_digits
from shared.values.references import clean
from shared.web.service import allowed, current_actor

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
