"""Whether the mission offers each transaction, and the photos it asks for; a change takes two signatures."""

from typing import Any

from flask import render_template

from services.gateway.clients.consular.mission.offers import Offer
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import consular, visitor
from services.gateway.web.days import missions, today
from shared.catalogue import CATALOGUE
from shared.catalogue.bulk_actions import OPEN
from shared.catalogue.model import SYRIA
from shared.catalogue.promises import PROMISES, promise_key


def show() -> str:
    """All transactions by their status at the mission today, and the printed photos that it asks for."""
    every = consular().offers.list_offers(visitor().actor.mission or "", today().isoformat())
    offers = [offer for offer in every if offer["slug"] in CATALOGUE]
    return render_template(
        "desk/money/prices/services.html",
        offers=offers,
        photographed=[offer for offer in offers if CATALOGUE[offer["slug"]].photo_rules],
        promises=_promises(offers),
        change_office=_change_office(),
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
    )


def _promises(offers: list[Offer]) -> list[tuple[str, int]]:
    """What working days are promised for, with their number."""
    days = {promise_key(offer["slug"], None): offer["working_days"] for offer in offers} | {
        promise_key(offer["slug"], tier["tier"]): tier["working_days"] for offer in offers for tier in offer["tiers"]
    }
    return [(key, days[key]) for key in PROMISES if key in days]


def _change_office() -> dict[str, Any]:
    """Where the change of the mission's own office begins, with what stands now."""
    mission = next(one for one in missions() if one["code"] == visitor().mission)
    office = mission["office"]
    now = {"address_ar": office["address"]["ar"], "address_en": office["address"]["en"], "reception": OPEN}
    if mission["country"] != SYRIA:
        return {"kind": "office", **now}
    times = {"opens": office["hours"][0]["opens"], "closes_at": office["hours"][0]["closes"]} if office["hours"] else {}
    days = [row["weekday"] for row in office["hours"]]
    return {"kind": "office_in_syria", **now, **times, "takes": office["takes"], "weekdays": days}
