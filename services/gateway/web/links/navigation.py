"""The links that stand on every page, as far as its reader may open them."""

from urllib.parse import urlencode

from flask import request, url_for

from services.gateway.web.access.entrance import role_class
from services.gateway.web.access.pages import PAGES
from services.gateway.web.current import consular, visitor_or_none
from services.gateway.web.links.form_pages import wanted_page
from shared.errors import Refusal, ServiceFailed

PUBLIC = (("nav.services", "home.show"), ("nav.track", "track.ask"), ("nav.verify", "verify.ask"))
OWN = (
    ("nav.services", "home.show"),
    ("nav.applications", "applications.list_own"),
    ("nav.inquiries", "inquiries.list_own"),
    ("nav.verify", "verify.ask"),
)
# The desk's pages by work. The link of a group leads to the first page of it that its reader may open.
DESK: dict[str, tuple[tuple[str, str], ...]] = {
    "nav.group.today": (
        ("nav.desk", "desk.queue"),
        ("desk.turns.title", "desk.turns"),
        ("hall.title", "desk.hall"),
        ("desk.counter.title", "desk.counter"),
        ("desk.figures.title", "desk.figures"),
        ("registrar.title", "registrar.show"),
    ),
    "nav.group.cases": (
        ("desk.inquiries.title", "desk.inquiries"),
        ("desk.letters.title", "desk.letters"),
        ("desk.mandates.title", "desk.mandates"),
        ("desk.identity.title", "desk.identity"),
        ("desk.passports.title", "desk.passports"),
        ("desk.booklets.title", "desk.booklets"),
        ("desk.mails.title", "desk.mails"),
        ("nav.verify", "verify.ask"),
    ),
    "nav.group.money": (
        ("desk.tills.title", "desk.tills"),
        ("desk.refunds.title", "desk.refunds"),
        ("desk.bank.title", "desk.bank"),
        ("desk.books.title", "desk.books"),
        ("desk.ledger.title", "desk.ledger"),
    ),
    "nav.group.calendar": (
        ("desk.calendar.title", "desk.calendar"),
        ("draw.desk.title", "desk.draws"),
        ("desk.appeals.title", "desk.appeals"),
        ("desk.anomalies.title", "desk.anomalies"),
        ("nav.bookings", "desk.bookings"),
    ),
    "nav.group.settings": (
        ("nav.proposals", "desk.proposals"),
        ("desk.services.title", "desk.services"),
        ("desk.tariffs.title", "desk.tariffs"),
        ("desk.rates.title", "desk.rates"),
        ("desk.parameters.title", "desk.parameters"),
        ("staff.title", "desk.staff"),
        ("desk.parked.title", "desk.parked"),
    ),
}
# Where a page stands that is opened from another one.
WITHIN = {
    "desk.case": "desk.queue",
    "desk.ask_refuse": "desk.queue",
    "desk.letter": "desk.letters",
    "desk.mandate": "desk.mandates",
    "desk.till": "desk.tills",
    "desk.refund": "desk.refunds",
    "desk.parked_message": "desk.parked",
    "desk.replay_message": "desk.parked",
    "desk.bank_line": "desk.bank",
    "desk.booking_import": "desk.bookings",
    "desk.ask_proposal": "desk.proposals",
    "desk.receive_booklets": "desk.booklets",
    "desk.spoil_booklet": "desk.booklets",
    "registrar.detail": "registrar.show",
}
FOOT = (
    ("nav.draws", "draws.show"),
    ("nav.owed_back", "owed_back.show"),
    ("nav.about", "about.show"),
    ("nav.privacy", "about.privacy"),
    ("nav.accessibility", "about.accessibility"),
)


# What the help is about on which page, by the first part of its endpoint.
TOPICS = {
    "services": "apply", "apply": "apply", "papers": "apply", "behalf": "whom", "mandates": "whom",
    "seats": "appointments", "turns": "appointments", "draws": "appointments", "chances": "appointments",
    "pay": "pay", "transfer": "pay", "upgrade": "pay", "payer_link": "pay", "owed_back": "pay",
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
        {
            "key": key,
            "url": url_for(endpoint),
            "current": WITHIN.get(str(request.endpoint), request.endpoint) == endpoint,
        }
        for key, endpoint in which
        if who in PAGES.get(endpoint, frozenset())
    ]


def links() -> list[dict[str, object]]:
    """The links at the head of a page: those that its reader may open."""
    visitor = visitor_or_none()
    if visitor is None or not visitor.is_staff:
        return _links(*(PUBLIC if visitor is None else OWN))
    groups = [(key, _links(*pages)) for key, pages in DESK.items()]
    return [{"key": key, "url": pages[0]["url"], "current": key == _group()} for key, pages in groups if pages]


def group_links() -> list[dict[str, object]]:
    """The desk's pages beside this one, in the group of its work; none on a page of no group."""
    visitor, group = visitor_or_none(), _group()
    return _links(*DESK[group]) if visitor and visitor.is_staff and group else []


def _group() -> str | None:
    page = WITHIN.get(str(request.endpoint), request.endpoint)
    return next((key for key, pages in DESK.items() if page in {endpoint for _, endpoint in pages}), None)


def _unread() -> int:
    """The number of unread notices; 0 when the service does not answer, so that the page still opens."""
    visitor = visitor_or_none()
    try:
        return (
            consular().notices.unread(visitor.actor) if visitor and role_class(visitor) in PAGES["notices.show"] else 0
        )
    except (Refusal, ServiceFailed):
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
