"""The text of a notice, for its reader, for e-mails, and for the desk that sees what people were told."""

from markupsafe import Markup

from services.gateway.clients.consular.correspondence.notices import Notice
from services.gateway.web.presentation import date, money, t, tn

DAYS = ("day", "until")
# The count that decides the plural form.
COUNTS = ("left", "days")


def words(notice: Notice) -> Markup:
    """The notice in the page's language; the same texts go into e-mails and text messages."""
    key, params = f"notice.{notice['kind']}", dict(notice["params"])
    n = next((params.pop(name) for name in COUNTS if name in params), None)
    if params.pop("part", False):
        key += ".rest"
    values = {name: date(value) if name in DAYS else value for name, value in params.items()}
    if "currency" in params:
        values = {"amount": money(params)}
    if "received" in params:
        # Notices of earlier versions do not say what arrived.
        key += ".amounts"
        values["received"] = money({"amount": params["received"], "currency": params["received_currency"]})
    values["reference"] = notice["about"]
    return t(key, **values) if n is None else tn(key, n, **values)
