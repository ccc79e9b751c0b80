"""The mission's exchange rates: what prices go by today, since when and how long, and where it comes from."""

from flask import render_template

from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import actor, consular, visitor


def show() -> str:
    """Today's rates; whoever may propose declares a new one from here."""
    return render_template(
        "desk/money/prices/rates.html",
        **consular().offers.rates(actor()),
        may_propose=visitor().role in PAGES["desk.ask_proposal"],
    )
