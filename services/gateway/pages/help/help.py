"""How things are done here, where, when and for whom; whom to ask; what a broker may not do."""

from flask import Blueprint, render_template

from services.gateway.web.content.mission_lists import groups
from services.gateway.web.days import page_mission

TOPICS = ("start", "apply", "appointments", "pay", "follow", "collect", "whom", "documents", "account")
blueprint = Blueprint("help", __name__)


@blueprint.get("/help")
def show() -> str:
    """Every topic on one page, so that one link of any page leads to what helps there."""
    return render_template("pages/help/help.html", topics=TOPICS, mission=page_mission(), has_missions=bool(groups()))
