"""Whether the mission offers each transaction, since when and by which source; a change takes two signatures."""

from flask import render_template

from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import consular, visitor
from services.gateway.web.days import today
from shared.catalogue import CATALOGUE


def show() -> str:
    """All transactions by their status at the mission today."""
    offers = consular().offers.list_offers(visitor().actor.mission or "", today().isoformat())
    return render_template(
        "desk/money/prices/services.html",
        offers=[offer for offer in offers if offer["slug"] in CATALOGUE],
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
    )
