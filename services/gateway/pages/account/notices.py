"""A person's notices, newest first; opening the page marks them as read."""

from contextlib import suppress
from typing import Any

from flask import Blueprint, render_template
from markupsafe import Markup

from services.gateway.clients.consular.notices import Notice
from services.gateway.web.current import consular, visitor
from services.gateway.web.presentation import date, money, t, tn
from shared.errors import Unavailable

blueprint = Blueprint("notices", __name__)
DAYS = ("day", "until")
# The count that decides the plural form.
COUNTS = ("left", "days")
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


def words(notice: Notice) -> Markup:
    """The notice in the page's language; the same texts go into e-mails and text messages."""
    key, params = f"notice.{notice['kind']}", dict(notice["params"])
    n = next((params.pop(name) for name in COUNTS if name in params), None)
    values = {name: date(value) if name in DAYS else value for name, value in params.items()}
    if "currency" in params:
        values = {"amount": money(params)}
    if "received" in params:
        # Notices of earlier versions do not say what arrived.
        key += ".amounts"
        values["received"] = money({"amount": params["received"], "currency": params["received_currency"]})
    values["reference"] = notice["about"]
    return t(key, **values) if n is None else tn(key, n, **values)
