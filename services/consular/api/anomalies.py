"""Signs of trade with seats, for the desk."""

from typing import Any

from flask import Blueprint

from services.consular.views import anomalies
from shared.web.service import allowed, current_actor, transaction

blueprint = Blueprint("anomalies", __name__)


@blueprint.get("/desk/anomalies")
@allowed("anomaly.read")
def read() -> dict[str, Any]:
    """Of the last fortnight."""
    with transaction() as session:
        return anomalies.anomalies(session, current_actor())
