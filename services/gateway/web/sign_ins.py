"""Lets somebody in: a session under a new id, the browser remembered, and its owner told when the browser is new."""

from typing import Any
from urllib.parse import urlsplit

from services.gateway.accounts import devices, sessions
from services.gateway.accounts.factors import second_step
from services.gateway.accounts.factors.passkeys import Site
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.throttle import FACTOR_BY_ACCOUNT, FACTOR_BY_DEVICE
from services.gateway.web import security
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import accounts, settings, visitor_or_none
from services.gateway.web.language import chosen

LOOPBACK = "127.0.0.1"


def let_in(session: Any, account: Account, *, strong: bool, is_new: bool = False) -> None:
    """Opens the session and gives the browser its cookie. A session it had before ends.

    `is_new`: the account was just opened here, so that its owner need not be told of the browser.
    """
    secret, before, token = settings().secret, visitor_or_none(), security.device_token()
    if before is not None:
        sessions.close(session, before)
    if not is_new and not devices.is_known(session, secret, account.id, token):
        queue.tell(session, account, queue.NEW_DEVICE)
    security.start_session(sessions.open_session(session, secret, account, strong=strong))
    devices.remember(session, secret, account.id, security.keep_device())


def wait_for_factor(session: Any, account: Account) -> None:
    """Under a new value of the cookie, which nobody can have put into the browser beforehand."""
    if (before := visitor_or_none()) is not None:
        sessions.close(session, before)
    security.start_session(sessions.new_token())
    second_step.begin(session, settings().secret, security.browser_token(), account)


def slow_down_factor(account_id: str) -> None:
    """Counts a code that is typed for an account. Raises TooMany.

    A browser that opened the account before has tries of its own: whoever knows the password locks nobody out there.
    """
    token = security.device_token()
    with accounts().scope(None) as session:
        is_known = devices.is_known(session, settings().secret, account_id, token)
    if is_known:
        slow_down(FACTOR_BY_DEVICE, f"{account_id} {token}")
    else:
        slow_down(FACTOR_BY_ACCOUNT, account_id)


def start_page(role: str) -> str:
    """Where somebody begins: the desk, their applications, or the account of those whose pages are yet to come."""
    for desk in ("desk.queue", "registrar.show"):
        if role in PAGES[desk]:
            return desk
    return "applications.list_own" if role == "expatriate" else "account.show"


def passkey_site() -> Site:
    """For which name and from which origins passkeys are good. No browser makes one for a number, such as 127.0.0.1."""
    parts, name = urlsplit(settings().public_url), chosen().text("layout.name")
    if parts.hostname != LOOPBACK:
        return Site(parts.hostname or "", (settings().public_url,), name)
    return Site("localhost", (f"{parts.scheme}://localhost:{parts.port}",), name)


def has_passkey_name(host: str) -> bool:
    """Whether the page was opened under the name that passkeys are good for."""
    return host.partition(":")[0] == passkey_site().host
