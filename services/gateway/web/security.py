"""Protects the browser: session cookie, CSRF token of forms, headers of every answer."""

import re
import secrets
from urllib.parse import urlsplit

import structlog
from flask import Flask, Response, current_app, g, request

from services.gateway.accounts import devices, sessions
from services.gateway.web.access.entrance import check_page
from services.gateway.web.access.form_tokens import check_token
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.proofs import check_fresh
from services.gateway.web.access.roles import ANYONE
from services.gateway.web.current import accounts, settings, visitor_or_none
from shared.errors import NotFound
from shared.logs import request_id

UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# Endpoints that need no session: nothing on them depends on who asks.
OF_THE_SITE = frozenset(
    {"site_files.manifest"} | {f"machine_files.{name}" for name in ("favicon", "robots", "security_contact")}
)
WITHOUT_SESSION = OF_THE_SITE | {"static", "health", "ready", "provider.webhook"}
# They say something of a person to whoever holds a code or a reference.
OF_A_PERSON = frozenset(
    {"track.show", "verify.find", "verify.show"}
    | {f"recovery.{name}" for name in ("ask", "ask_code", "ask_password", "set_password")}
    | {"payer_link.show", "payer_link.pay", "payer_link.came_back", "payer_link.receipt"}
)
# Signed by the payment provider instead.
WITHOUT_TOKEN = frozenset({"provider.webhook"})
BODY_BYTES = 256 * 1024
# More than a file may have, so that a photo which is too large is answered beside its field.
UPLOAD_BYTES = 32 * 1024 * 1024
ISOLATED_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
UPLOADS = frozenset(
    {
        "papers.upload",
        "papers.send",
        "papers.reuse",
        "fix.send",
        "passport_check.send",
        "mandates.hand_in",
        "desk.upload_bookings",
    }
)
STATEMENT_BYTES = 64 * 1024 * 1024
LIMITS = {**dict.fromkeys(UPLOADS, UPLOAD_BYTES), "desk.bank_import": STATEMENT_BYTES}
LASTING = OF_THE_SITE | {"static"}
# Asks how long the session lasts, which must not make it last longer.
WATCHING = frozenset({"session.left"})
PUBLIC = "public, no-cache"
HSTS_SECONDS = 365 * 24 * 3600
LONGEST_TOKEN = 64
# Browsers drop tabs and turn backslashes round before they read an address: signs that need no care are all we take.
_PLAIN_PATH = re.compile(r"(/[A-Za-z0-9_./-]{0,300})(?:\?[A-Za-z0-9_=&%.:+~-]{0,300})?")


def cookie_name(name: str = "session") -> str:
    """With https the name itself makes browsers insist on Secure, no Domain and Path=/."""
    return f"__Host-{name}" if settings().secure else name


def load_visitor() -> None:
    """Loads the visitor, checks the table of pages and the form's token, before any view runs."""
    request_id.set(secrets.token_hex(8))
    request.max_content_length = LIMITS.get(request.endpoint or "", BODY_BYTES)
    g.token = g.sent_session = _token_sent()
    g.visitor = None
    if "\0" in request.path:
        raise NotFound()
    if request.endpoint in WITHOUT_SESSION:
        return
    if g.token:
        with accounts().scope(None) as session:
            g.visitor = sessions.find(session, settings().secret, g.token, prolong=request.endpoint not in WATCHING)
    check_page(request.endpoint, g.visitor)
    if request.method in UNSAFE and request.endpoint not in WITHOUT_TOKEN and request.routing_exception is None:
        check_token()
    check_fresh(request.endpoint, g.visitor)


def _token_sent() -> str | None:
    token = request.cookies.get(cookie_name(), "")
    return token if 0 < len(token) <= LONGEST_TOKEN and token.isascii() else None


def start_session(token: str) -> None:
    """Gives the browser a new session's cookie; the value it came with is worth nothing from now on."""
    g.token = g.new_token = token


def device_token() -> str | None:
    """The token of this browser, if an account was opened from it before."""
    token = request.cookies.get(cookie_name("device"), "")
    return token if 0 < len(token) <= devices.LONGEST_TOKEN and token.isascii() else None


def keep_device() -> str:
    """The token of this browser, which gets one if it had none; its cookie lasts from now on anew."""
    g.device = device_token() or devices.new_token()
    return str(g.device)


def browser_token() -> str:
    """The value of this browser's session cookie, whether or not anybody is signed in; a new one where it has none."""
    if not g.token:
        start_session(sessions.new_token())
    return str(g.token)


def end_session() -> None:
    """Takes the cookie away."""
    g.token, g.visitor, g.end_cookie, g.clear_site = None, None, True, True


def csp_nonce() -> str:
    """The nonce of this page's own scripts and styles."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def allow_form_to(address: str) -> None:
    """Lets this one page's forms end at another origin: browsers count a redirect after a form as its target."""
    parts = urlsplit(address)
    g.form_origin = f"{parts.scheme}://{parts.netloc}"


def allow_camera() -> None:
    """Lets this one page use the camera: it reads the code of a slip."""
    g.camera = "self"


def open_answer() -> None:
    """Lets this one answer, which is the same for everybody, be read by other sites and kept by shared caches."""
    g.open_answer = True


def isolate_answer() -> None:
    """Gives this one answer, a file that somebody uploaded, an origin of its own in which nothing may be done."""
    g.isolated = True


def _content_policy() -> str:
    if g.get("isolated"):
        return ISOLATED_POLICY
    sources = "'self'" + (f" 'nonce-{g.nonce}'" if "nonce" in g else "")
    forms = "'self'" + (f" {g.form_origin}" if "form_origin" in g else "")
    return (
        f"default-src 'none'; script-src {sources}; style-src {sources}; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; manifest-src 'self'; form-action {forms}; frame-ancestors 'none'; base-uri 'none'"
    )


def set_headers(answer: Response) -> Response:
    """Sets the headers of every answer, and the cookie when the session changed."""
    headers = answer.headers
    headers["Content-Security-Policy"] = _content_policy()
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = f"camera=({g.get('camera', '')}), geolocation=(), microphone=(), payment=()"
    headers["X-Frame-Options"] = "DENY"
    if settings().secure:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"
    if g.get("open_answer") and answer.status_code < 400:
        headers["Cache-Control"] = PUBLIC
        headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        headers["Access-Control-Allow-Origin"] = "*"
    elif request.endpoint not in LASTING or answer.status_code >= 400:
        headers["Cache-Control"] = "private, no-cache" if _is_public(answer) else "no-store"
    # What anybody may keep is nobody's: it bears no cookie.
    if headers.get("Cache-Control") != PUBLIC:
        _set_cookie(answer)
    _log(answer)
    return answer


def _is_public(answer: Response) -> bool:
    """Whether the page says nothing of whoever asked. A browser may then show it again, with what was typed into it."""
    endpoint = str(request.endpoint)
    is_page = PAGES.get(endpoint) == ANYONE and endpoint not in WITHOUT_SESSION
    return is_page and is_open_page() and answer.status_code < 400


def is_open_page() -> bool:
    """Whether whoever asks is nobody we know, and asks for nothing that is of one person."""
    return request.method == "GET" and visitor_or_none() is None and request.endpoint not in OF_A_PERSON | LASTING


def _set_cookie(answer: Response) -> None:
    name, secure = cookie_name(), settings().secure
    if g.get("clear_site"):
        # Not cookies: the one that knows this browser keeps its owner from being locked out by others.
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    if g.get("end_cookie"):
        answer.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
    elif g.get("new_token"):
        answer.set_cookie(name, g.new_token, path="/", secure=secure, httponly=True, samesite="Lax")
    if g.get("device"):
        age = devices.LIFETIME
        device = cookie_name("device")
        answer.set_cookie(device, g.device, age, path="/", secure=secure, httponly=True, samesite="Lax")


def _log(answer: Response) -> None:
    if request.endpoint in WITHOUT_SESSION:
        return
    route = request.url_rule.rule if request.url_rule else "unknown"
    role = visitor.role if (visitor := visitor_or_none()) else "anonymous"
    structlog.get_logger().info("page", method=request.method, route=route, status=answer.status_code, role=role)


def init_security(app: Flask) -> None:
    """Registers the checks and the headers for every request, errors included."""
    app.before_request(load_visitor)
    app.after_request(set_headers)
    app.config["MAX_FORM_MEMORY_SIZE"] = BODY_BYTES
    app.config["MAX_FORM_PARTS"] = 200
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False


def is_ours(address: str) -> bool:
    """Whether an address given to us is a page of ours that can be opened by GET; nothing else may be redirected to."""
    plain = _PLAIN_PATH.fullmatch(address)
    if not plain or "//" in plain[1]:
        return False
    return current_app.url_map.bind("").test(plain[1], method="GET")
