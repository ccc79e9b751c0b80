"""Prices and states of transactions as a visitor sees them: of the mission they chose, or of their own."""

from collections.abc import Mapping
from typing import Any, cast

from services.gateway.clients.consular.mission.offers import Offer
from services.gateway.web.current import consular
from services.gateway.web.days import today
from shared.catalogue import registration
from shared.catalogue.model import TIER
from shared.errors import Unavailable


def with_tier(offer: Offer | None, answers: Mapping[str, Any]) -> Offer | None:
    """The offer at the price and speed of the chosen tier, with consular registration where it is asked for."""
    if offer is None:
        return None
    chosen = next((tier for tier in offer["tiers"] if tier["tier"] == answers.get(TIER)), None)
    return _with_registration(cast(Offer, {**offer, **(chosen or {})}), answers)


def _with_registration(offer: Offer, answers: Mapping[str, Any]) -> Offer:
    fee, total = offer["registration"], offer["total"]
    if not registration.is_asked_for(answers) or fee is None or total is None:
        return offer
    if fee["collected"]["currency"] != total["currency"]:
        return offer
    amount = {**total, "amount": total["amount"] + fee["collected"]["amount"]}
    return cast(Offer, {**offer, "fees": [*offer["fees"], fee], "total": amount})


def offers_by_slug(mission: str) -> dict[str, Offer]:
    """What a mission offers today; nothing while the service is down."""
    try:
        return {offer["slug"]: offer for offer in consular().offers.list_offers(mission, today(mission).isoformat())}
    except Unavailable:
        return {}
