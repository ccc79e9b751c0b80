"""The page of one transaction: for whom, with what, at what price, how long."""

from flask import Blueprint, render_template

from services.gateway.clients.consular.mission.offers import Mission, Offer
from services.gateway.web.content.offers import offers_by_slug
from services.gateway.web.content.offices import offices_in_syria
from services.gateway.web.current import consular
from services.gateway.web.days import missions, page_mission
from shared.catalogue.model import Transaction
from shared.errors import Unavailable
from shared.forms import transaction

blueprint = Blueprint("services", __name__)


@blueprint.get("/services/<slug>")
def show(slug: str) -> str:
    """Everything somebody wants to know before deciding, without an account."""
    entry, mission = transaction(slug), page_mission()
    offer = offers_by_slug(mission["code"]).get(slug) if mission else None
    return render_template(
        "pages/services/service.html",
        entry=entry,
        mission=mission,
        missions=missions(),
        offer=offer,
        offices=offices_in_syria(),
        next_free=_next_free(entry, mission),
        speeds=_speeds(entry, offer),
    )


def _speeds(entry: Transaction, offer: Offer | None) -> list[tuple[str, int]]:
    """The speeds of an entry with the working days that the mission promises for each."""
    promised = {tier["tier"]: tier["working_days"] for tier in offer["tiers"]} if offer else {}
    return [(tier.name, promised.get(tier.name, tier.working_days)) for tier in entry.tiers]


def _next_free(entry: Transaction, mission: Mission | None) -> str | None:
    """The next day with a seat for the visit that the entry needs; None where nobody can say."""
    if not entry.appointment or mission is None:
        return None
    try:
        return consular().offers.next_free_day(mission["code"], entry.appointment)
    except Unavailable:
        return None
