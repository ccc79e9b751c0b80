"""The whole addresses of a page for search engines: its own, and the same page in the other language."""

from flask import request, url_for

from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.roles import ANYONE
from services.gateway.web.current import settings
from services.gateway.web.language import DEFAULT, this_page_in
from services.gateway.web.security import is_open_page
from shared.fragments import LANGUAGES


def is_indexed(may_be: bool = True) -> bool:
    """Whether search engines may list the page: it is for everybody, and its address names its language."""
    has_language = request.url_rule is not None and "lang" in request.url_rule.arguments
    return may_be and has_language and is_open_page() and PAGES.get(str(request.endpoint)) == ANYONE


def canonical(may_be: bool = True) -> str:
    """The page's whole address without what a reader chose on it; empty for pages that are not listed."""
    return _whole(request.path) if is_indexed(may_be) else ""


def alternates(may_be: bool = True) -> list[tuple[str, str]]:
    """Language to whole address, and the address for readers of neither language."""
    if not is_indexed(may_be):
        return []
    pages = [(code, _whole(this_page_in(code))) for code in LANGUAGES]
    is_home = request.endpoint == "home.show"
    return [*pages, ("x-default", _whole(url_for("front_door") if is_home else this_page_in(DEFAULT)))]


def _whole(path: str) -> str:
    return f"{settings().public_url.rstrip('/')}{path}"
