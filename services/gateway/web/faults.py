"""Error pages: what is wrong and what to do now, in the reader's language."""

import structlog
from flask import Flask, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from services.gateway.accounts import UNREACHABLE
from services.gateway.accounts.throttle import TooMany
from services.gateway.web.access.entrance import ContactNeeded, FactorNeeded, IdentityNeeded, SignInNeeded
from services.gateway.web.access.form_tokens import PageExpired, owner_of_form, owner_of_page
from services.gateway.web.access.proofs import ProofNeeded
from services.gateway.web.forms import words
from services.gateway.web.links.form_pages import address_of_request, has_file, sent_page, unsent_file
from services.gateway.web.presentation import has_text
from services.gateway.web.sent_forms.kept_answers import keep_interrupted, resend
from shared.errors import Refusal, Unavailable, disk_full

EXPLAINED = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
# Refusals that the title of the page explains already.
# What may be otherwise in a moment.
PASSING = frozenset({429, 500, 503})
PLAIN = frozenset({"not_found", "not_allowed", "unexpected", "service_down", "database_down"})


def page(status: int, refusal: Refusal | None = None) -> tuple[str, int]:
    """The error page of a status, with the text of the refusal if it has one."""
    shown = status if status in EXPLAINED else 422 if 400 <= status < 500 else 500
    message = words(refusal.code, **refusal.params) if refusal is not None and has_words(refusal) else None
    title_key = f"refusal.{refusal.code}.title" if refusal is not None else ""
    return render_template(
        "error.html",
        status=shown,
        message=message,
        titled=title_key if title_key and has_text(title_key) else None,
        **_offers(status),
    ), status


def _offers(status: int) -> dict[str, object]:
    """What an error page offers after a form: its page again, and to send the same once more."""
    if request.method != "POST" or request.routing_exception is not None or status == 413:
        return {}
    return {"form_page": sent_page() if keep_interrupted() else None, "resend": resend() if status in PASSING else None}


def has_words(refusal: Refusal) -> bool:
    """Whether the refusal has a text that says more than its status."""
    return refusal.code not in PLAIN and has_text(f"refusal.{refusal.code}")


def _refused(refusal: Refusal) -> tuple[str, int, dict[str, str]]:
    later = {"Retry-After": str(Unavailable.retry_after)} if refusal.status == Unavailable.status else {}
    return *page(refusal.status, refusal), later


def _too_many(refusal: TooMany) -> tuple[str, int, dict[str, str]]:
    body, status = page(429, refusal)
    return body, status, {"Retry-After": str(refusal.params["seconds"])}


def _sign_in_first(_refusal: SignInNeeded) -> Response:
    """The page that was wanted, or that of the form that was sent, comes after the sign-in."""
    return _first("sign_in.ask", names_kept=True)


def _identity_first(_refusal: IdentityNeeded) -> Response:
    return _first("identity.ask")


def _factor_first(_refusal: FactorNeeded) -> Response:
    return _first("factors.show")


def _proof_first(_refusal: ProofNeeded) -> Response:
    return _first("proof.ask")


def _first(endpoint: str, *, names_kept: bool = False) -> Response:
    """Leads to what is missing. What was typed is kept meanwhile; a chosen file cannot be, and its owner is told."""
    is_kept = request.method == "POST" and keep_interrupted()
    kept, wanted = "answers" if is_kept and names_kept else None, _wanted()
    if has_file():
        return redirect(url_for(endpoint, next=unsent_file(wanted), kept=kept, unsent="file"), 303)
    return redirect(url_for(endpoint, next=wanted, kept=kept), 303)


def _wanted() -> str:
    """The page to go on with: the one that was asked for, or that of the form that was sent."""
    return address_of_request() if request.method == "GET" else sent_page() or request.path


def _page_expired(refusal: PageExpired) -> Response | tuple[str, int, dict[str, str]]:
    """A form of an earlier session of whoever is signed in now: its page opens afresh with what was typed."""
    page, owner = sent_page(), owner_of_form()
    if page is None or owner is None or owner != owner_of_page():
        return _refused(refusal)
    is_kept, had_file = keep_interrupted(), has_file()
    if not (is_kept or had_file):
        return _refused(refusal)
    return redirect(unsent_file(page) if had_file else page, 303)


def _contact_first(_refusal: ContactNeeded) -> Response:
    return _first("contact.ask")


def _http(error: HTTPException) -> tuple[str, int, dict[str, str]] | Response:
    if error.code is None or error.code < 400:
        return error.get_response()
    body, status = page(error.code)
    passed_on = {"Allow", "Retry-After"}
    return body, status, {name: value for name, value in error.get_headers() if name in passed_on}


def _database_down(error: Exception) -> tuple[str, int, dict[str, str]]:
    structlog.get_logger().error("database", error=type(error).__name__)
    return _refused(Unavailable("database_down"))


def _os_error(error: OSError) -> tuple[str, int] | tuple[str, int, dict[str, str]]:
    refusal = disk_full(error)
    return _refused(refusal) if refusal else _unexpected(error)


def _unexpected(error: Exception) -> tuple[str, int]:
    structlog.get_logger().error("unexpected", error=type(error).__name__, exc_info=error)
    return page(500)


def init_errors(app: Flask) -> None:
    """Registers a handler for every error; Flask picks the most specific one."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(TooMany, _too_many)
    app.register_error_handler(SignInNeeded, _sign_in_first)
    app.register_error_handler(FactorNeeded, _factor_first)
    app.register_error_handler(ProofNeeded, _proof_first)
    app.register_error_handler(IdentityNeeded, _identity_first)
    app.register_error_handler(ContactNeeded, _contact_first)
    app.register_error_handler(PageExpired, _page_expired)
    app.register_error_handler(HTTPException, _http)
    for gone in UNREACHABLE:
        app.register_error_handler(gone, _database_down)
    app.register_error_handler(OSError, _os_error)
    app.register_error_handler(Exception, _unexpected)
