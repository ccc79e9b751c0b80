"""The first page: what this is, what can be done here, how it goes."""

from flask import Blueprint, render_template

from services.gateway.offers import offers_by_slug, shown_mission
from shared.catalogue import TRANSACTIONS
from shared.catalogue.model import Transaction

blueprint = Blueprint("home", __name__)


def groups() -> dict[str, list[Transaction]]:
    """The catalogue by group, in its own order."""
    found: dict[str, list[Transaction]] = {}
    for entry in TRANSACTIONS:
        found.setdefault(entry.group, []).append(entry)
    return found


@blueprint.get("/")
def show() -> str:
    """Stays up without the mission's service: then it shows no prices."""
    mission = shown_mission()
    offers = offers_by_slug(mission["code"]) if mission else {}
    return render_template("pages/home.html", groups=groups(), offers=offers, mission=mission, count=len(TRANSACTIONS))
