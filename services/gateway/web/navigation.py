"""The links that stand on every page, as far as its reader may open them."""

from urllib.parse import urlencode

from flask import request, url_for

from services.gateway.web.access import PAGES, role_class
from services.gateway.web.current import consular, visitor_or_none
from services.gateway.web.form_pages import wanted_page
from shared.errors import Refusal

PUBLIC = (("nav.services", "home.show"), ("nav.track", "track.ask"), ("nav.verify", "verify.ask"))
OWN = (
    ("nav.services", "home.show"),
    ("nav.applications", "applications.list_own"),
    ("nav.inquiries", "inquiries.list_own"),
    ("nav.verify", "verify.ask"),
)
DESK = (
    ("nav.desk", "desk.queue"),
    ("registrar.title", "registrar.show"),
    ("desk.inquiries.title", "desk.inquiries"),
    ("desk.letters.title", "desk.letters"),
    ("desk.tills.title", "desk.tills"),
    ("desk.refunds.title", "desk.refunds"),
    ("desk.ledger.title", "desk.ledger"),
    ("desk.mandates.title", "desk.mandates"),
    ("desk.counter.title", "desk.counter"),
    ("desk.bank.title", "desk.bank"),
    ("desk.books.title", "desk.books"),
    ("desk.identity.title", "desk.identity"),
    ("staff.title", "desk.staff"),
    ("desk.turns.title", "desk.turns"),
    ("hall.title", "desk.hall"),
    ("nav.proposals", "desk.proposals"),
    ("nav.bookings", "desk.bookings"),
    ("nav.verify", "verify.ask"),
)
FOOT = (
    ("nav.draws", "draws.show"),
    ("nav.about", "about.show"),
    ("nav.privacy", "about.privacy"),
    ("nav.accessibility", "about.accessibility"),
)


# What the help is about on which page, by the first part of its endpoint.
TOPICS = {
    "services": "apply", "apply": "apply", "papers": "apply", "behalf": "whom", "mandates": "whom",
    "seats": "appointments", "turns": "appointments", "draws": "appointments", "chances": "appointments",
    "pay": "pay", "transfer": "pay", "upgrade": "pay", "payer_link": "pay",
    "applications": "follow", "track": "follow", "notices": "follow", "verify": "documents",
    "sign_in": "account", "sign_up": "account", "account": "account", "contact": "account", "identity": "account",
}  # fmt: skip


def help_url() -> str:
    """Where the help for the page being read is."""
    topic = TOPICS.get(str(request.blueprint))
    return url_for("help.show", _anchor=topic)


def _links(*which: tuple[str, str]) -> list[dict[str, object]]:
    who = role_class(visitor_or_none())
    return [
        {"key": key, "url": url_for(endpoint), "current": request.endpoint == endpoint}
        for key, endpoint in which
        if who in PAGES.get(endpoint, frozenset())
    ]


def links() -> list[dict[str, object]]:
    """The band's links of whoever reads the page, as far as they may open them."""
    visitor = visitor_or_none()
    return _links(*(PUBLIC if visitor is None else DESK if visitor.is_staff else OWN))


def _unread() -> int:
    """The number of unread notices; 0 when the service does not answer, so that the page still opens."""
    visitor = visitor_or_none()
    try:
        return (
            consular().notices.unread(visitor.actor) if visitor and role_class(visitor) in PAGES["notices.show"] else 0
        )
    except Refusal:
        return 0


def account_links() -> list[dict[str, object]]:
    """Sign-in and sign-up, or one's notices, account and sign-out."""
    if visitor_or_none() is None:
        found = _links(("nav.sign_in", "sign_in.ask"), ("nav.sign_up", "sign_up.ask"))
        return (
            [{**link, "url": f"{link['url']}?{urlencode({'next': wanted})}"} for link in found]
            if (wanted := wanted_page())
            else found
        )
    notices = _links(("nav.notices", "notices.show"))
    if notices and (count := _unread()):
        notices[0]["count"] = count
    leave = {"key": "nav.sign_out", "url": url_for("sign_in.sign_out"), "post": True}
    return [*notices, *_links(("nav.account", "account.show")), leave]


def foot_links() -> list[dict[str, object]]:
    """The links at the foot of every page."""
    return _links(*FOOT)
