"""The token in every form. It proves that the form came from a page of ours, and says whose page it was.

A token is bound to the session it was made in. It names the account as well, signed, so that what was typed can be kept
for its owner when that session is over. A form of somebody who was not signed in may be sent from any tab of the same
browser: which of two fresh tabs set the cookie is chance, and the browser itself says where a form came from.
"""

import hmac
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import g, request

from services.gateway.accounts import sessions
from services.gateway.accounts.kept_forms import account_owner, browser_owner
from services.gateway.accounts.keyed import keyed_hash
from services.gateway.web.current import settings, visitor_or_none
from shared.errors import NotAllowed

# As long as a session can last.
LIFETIME_SECONDS = 12 * 3600
# Forms that somebody uses before signing in.
OPEN_FORMS = frozenset(
    {"sign_in.enter", "sign_up.begin", "invitation.accept", "track.show", "verify.find", "kept.keep", "payer_link.pay"}
    | {"recovery.send", "recovery.use_code", "recovery.set_password", "kept.switch_language"}
)


class PageExpired(NotAllowed):
    """The form was older than its session, or came from another site."""


@dataclass(frozen=True)
class Token:
    """A token that we signed: the session it is bound to, as a hash, and the account, empty for nobody's."""

    binding: str
    account: str
    age: float


def csrf_token() -> str:
    """For a hidden field. Someone who is not signed in gets a session of their own for it, which opens nothing."""
    if not g.get("token"):
        g.token = g.new_token = sessions.new_token()
    visitor = visitor_or_none()
    body = f"{_binding(g.token)}.{visitor.account if visitor else ''}.{int(time.time())}"
    return f"{body}.{_signature(body)}"


def _binding(token: str) -> str:
    return keyed_hash(settings().secret, "csrf", token)


def _signature(body: str) -> str:
    return keyed_hash(settings().secret, "form", body)


def sent_token() -> Token | None:
    """The token of the form that was sent; None unless we made it for a page, and the form came from that page."""
    body, _, signature = request.form.get("csrf_token", "").rpartition(".")
    if is_from_elsewhere() or not hmac.compare_digest(signature.encode(), _signature(body).encode()):
        return None
    binding, account, made_at = body.split(".")
    age = time.time() - int(made_at)
    return Token(binding, account, age) if age < LIFETIME_SECONDS else None


def check_token() -> None:
    """Raises PageExpired unless the form carries the token of this very session and comes from our own pages."""
    token = sent_token()
    if token is None or not (is_of_this_session(token) or _is_open_form(token)):
        raise PageExpired("page_expired")


def is_of_this_session(token: Token) -> bool:
    """Whether the form was made for the session that this browser has now."""
    return bool(g.sent_session) and hmac.compare_digest(token.binding, _binding(g.sent_session))


def _is_open_form(token: Token) -> bool:
    return not token.account and request.endpoint in OPEN_FORMS and _says_it_is_ours()


def is_from_elsewhere() -> bool:
    """Whether the browser says that another site sent this."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none")


def _says_it_is_ours() -> bool:
    """Whether the browser itself names our own site as the form's. Older browsers name the origin alone."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "")
    return site == "same-origin" or (site is None and bool(origin) and urlsplit(origin).netloc == request.host)


def owner_of_form() -> str | None:
    """For whom what was typed may be kept: the account or browser of the page that the form was on."""
    token = sent_token()
    if token is None:
        return None
    if token.account:
        return account_owner(token.account)
    if not g.sent_session or not (is_of_this_session(token) or _is_open_form(token)):
        return None
    return browser_owner(g.sent_session)


def owner_of_page() -> str | None:
    """Whose kept answers a page may show."""
    visitor = visitor_or_none()
    if visitor is not None:
        return account_owner(visitor.account)
    return browser_owner(g.token) if g.get("token") else None
