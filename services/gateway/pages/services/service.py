"""The page of one transaction: for whom, with what, at what price, how long."""

from flask import Blueprint, render_template

from services.gateway.web.days import missions, page_mission
from services.gateway.web.offers import offers_by_slug
from shared.forms import transaction

blueprint = Blueprint("services", __name__)


@blueprint.get("/services/<slug>")
def show(slug: str) -> str:
    """Everything somebody wants to know before deciding, without an account."""
    entry, mission = transaction(slug), page_mission()
    offer = offers_by_slug(mission["code"]).get(slug) if mission else None
    return render_template(
        "pages/services/service.html", entry=entry, mission=mission, missions=missions(), offer=offer
    )
