"""The page that a form stands on: where somebody is led back to, and in which the language changes."""

from urllib.parse import urlencode, urlsplit

from flask import current_app, g, request
from werkzeug.exceptions import RequestEntityTooLarge

from services.gateway.web.language import chosen, other, this_page_in
from services.gateway.web.security import is_ours
from shared.fragments import LANGUAGES

# What a page says once, after something was done.
SAID_ONCE = frozenset({"done", "sent", "unsent"})


def page_address() -> str:
    """The address of the page being drawn. Shown again after a refused form, it is still the page of that form."""
    g.has_form = True
    return this_page()


def has_form() -> bool:
    """Whether the page drawn so far has a form."""
    return "has_form" in g


def this_page() -> str:
    """The address by which the page being drawn can be opened again."""
    return address_of_request() if request.method == "GET" else sent_page() or request.path


def sent_page() -> str | None:
    """The page of the form that was sent: as the form says, as the browser says, or of the form's own address."""
    referring = urlsplit(request.referrer or "").path
    own = request.path if _opens_by_get() else ""
    return next((page for page in (_sent("page_address"), referring, own) if page and is_ours(page)), None)


def _opens_by_get() -> bool:
    """Whether the address of the form is that of its page as well, and not of something else."""
    rule, rules = request.url_rule, current_app.url_map.iter_rules()
    return rule is not None and any(one.rule == rule.rule and "GET" in (one.methods or ()) for one in rules)


def _sent(name: str) -> str:
    """A field of the form that was sent; empty where the body was too large to be read."""
    try:
        return request.form.get(name, "")
    except RequestEntityTooLarge:
        return ""


def has_file() -> bool:
    """Whether a file was sent; a body that is too large to be read has one."""
    try:
        return any(file.filename for _, file in request.files.items(multi=True))
    except RequestEntityTooLarge:
        return True


def unsent_file(address: str) -> str:
    """The address of a page that is to say that a chosen file did not arrive."""
    return f"{address}{'&' if '?' in address else '?'}unsent=file"


def address_of_request() -> str:
    """The address that was asked for, with what it says to the page."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in SAID_ONCE]
    address = f"{request.path}?{urlencode(pairs)}" if pairs else request.path
    return address if is_ours(address) else request.path


def wanted_page() -> str:
    """The page that was wanted before signing in, in the language that is read now; empty where it is none of ours."""
    address = request.args.get("next", "") or _sent("next")
    return in_language(address, chosen().code) if address and is_ours(address) else ""


def in_language(address: str, code: str) -> str:
    """A page of ours in another language; unchanged where its address has none."""
    first, *rest = address.removeprefix("/").split("/")
    return "/".join(["", code, *rest]) if first in LANGUAGES else address


def this_page_in_the_other_language() -> str:
    """With what its address says; of a refused form, the page of the form, where what was typed is kept."""
    code = other()
    if request.method == "GET" and request.url_rule is not None and this_page_in(chosen().code) == request.path:
        return in_language(address_of_request(), code)
    page = sent_page() if request.method == "POST" else None
    return in_language(page, code) if page else this_page_in(code)
