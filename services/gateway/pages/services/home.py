"""The first page: what this is, what can be done here, how it goes."""

from flask import Blueprint, render_template, request

from services.gateway.pages.services import search
from services.gateway.web.content.announced import announced, counts
from services.gateway.web.content.offers import offers_by_slug
from services.gateway.web.days import page_mission
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Transaction

blueprint = Blueprint("home", __name__)
Items = list[tuple[Transaction, ...]]


def groups() -> dict[str, Items]:
    """The public list by group, in the catalogue's order: an item is an entry, or four announced as one."""
    items_by_group: dict[str, Items] = {}
    for item in announced(TRANSACTIONS):
        items_by_group.setdefault(item[0].group, []).append(item)
    return items_by_group


@blueprint.get("/")
def show() -> str:
    """Stays up without the mission's service: then it shows no prices."""
    mission, shown = page_mission(), groups()
    offers = offers_by_slug(mission["code"]) if mission else {}
    sought = request.args.get("q", "").strip()[: search.LONGEST]
    return render_template(
        "pages/services/home.html",
        groups=shown,
        offers=offers,
        mission=mission,
        counts=counts(TRANSACTIONS),
        sought=sought,
        found=search.find(sought),
    )
