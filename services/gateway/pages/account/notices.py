"""A person's notices, newest first; opening the page marks them as read."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, render_template

from services.gateway.clients.consular.correspondence.notices import Notice
from services.gateway.web.content.notice_words import words
from services.gateway.web.current import consular, visitor
from shared.errors import Unavailable

blueprint = Blueprint("notices", __name__)
ABOUT_BOOKINGS = ("booking_found", "booking_lapsed")
ABOUT_MANDATES, ABOUT_INQUIRIES = "mandate_", "inquiry_"


@blueprint.get("/notices")
def show() -> str:
    """The list as it was before the page was opened, so that new notices are still marked."""
    notices = consular().notices.list_own(visitor().actor)
    if any(not notice["read"] for notice in notices):
        with suppress(Unavailable):
            consular().notices.mark_read(visitor().actor, notices[0]["id"])
    return render_template("pages/account/notices.html", notices=with_text(notices))


def with_text(notices: list[Notice]) -> list[dict[str, Any]]:
    """Notices with their text and link: to an application, an inquiry, the mandates, or none."""
    return [{**notice, "text": words(notice), **_leads_to(notice)} for notice in notices]


def _leads_to(notice: Notice) -> dict[str, Any]:
    mandate, inquiry = (notice["kind"].startswith(start) for start in (ABOUT_MANDATES, ABOUT_INQUIRIES))
    elsewhere = mandate or inquiry or notice["kind"] in ABOUT_BOOKINGS
    return {
        "mandate": mandate,
        "inquiry": notice["about"] if inquiry else None,
        "reference": None if elsewhere else notice["about"],
    }
