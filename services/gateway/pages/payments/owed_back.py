"""What a mission owes back and has not paid: public, so that nobody's money is forgotten in silence."""

from flask import Blueprint, render_template

from services.gateway.web.current import consular
from services.gateway.web.days import USUAL, missions, page_mission

blueprint = Blueprint("owed_back", __name__)


@blueprint.get("/owed-back")
def show() -> str:
    """Counts, sums and ages of a mission's unpaid refunds; no names and no numbers of files."""
    mission = page_mission()
    code = mission["code"] if mission else USUAL
    return render_template(
        "pages/payments/owed_back.html",
        owed_back=consular().payments.unpaid_refunds(code),
        mission=code,
        missions=missions(),
    )
