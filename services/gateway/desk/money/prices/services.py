"""Whether the mission offers each transaction, and the photos it asks for; a change takes two signatures."""

from flask import render_template

from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import consular, visitor
from services.gateway.web.days import today
from shared.catalogue import CATALOGUE


def show() -> str:
    """All transactions by their status at the mission today, and the printed photos that it asks for."""
    every = consular().offers.list_offers(visitor().actor.mission or "", today().isoformat())
    offers = [offer for offer in every if offer["slug"] in CATALOGUE]
    return render_template(
        "desk/money/prices/services.html",
        offers=offers,
        photographed=[offer for offer in offers if CATALOGUE[offer["slug"]].photo_rules],
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
    )
