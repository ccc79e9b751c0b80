"""The figures of a mission over HTTP."""

from typing import Any

from flask import Blueprint, request

from services.consular.views import figures
from shared.web.service import allowed, current_actor, transaction

blueprint = Blueprint("figures", __name__, url_prefix="/desk/figures")


@blueprint.get("")
@allowed("figures.read")
def read() -> dict[str, Any]:
    """Of the last `days`, by default of a month."""
    asked = request.args.get("days", "")
    days = next((days for days in figures.DAYS if str(days) == asked), figures.DAYS[1])
    with transaction() as session:
        return figures.figures(session, current_actor(), days)
