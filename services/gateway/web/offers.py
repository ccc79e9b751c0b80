"""Prices and states of transactions as a visitor sees them: of the mission they chose, or of their own."""

from collections.abc import Mapping
from typing import Any, cast

from services.gateway.clients.consular.offers import Offer
from services.gateway.web.current import consular
from services.gateway.web.days import today
from shared.catalogue.model import TIER
from shared.errors import Unavailable


def with_tier(offer: Offer | None, answers: Mapping[str, Any]) -> Offer | None:
    """The offer at the price and speed of the tier that was chosen; as it is where there are none."""
    tiers = offer["tiers"] if offer else []
    chosen = next((tier for tier in tiers if tier["tier"] == answers.get(TIER)), None)
    return cast(Offer, {**offer, **chosen}) if offer and chosen else offer


def offers_by_slug(mission: str) -> dict[str, Offer]:
    """What a mission offers today; nothing while the service is down."""
    try:
        return {offer["slug"]: offer for offer in consular().offers.list_offers(mission, today(mission).isoformat())}
    except Unavailable:
        return {}
