"""Proving oneself from afar: a passport page and a photo of the face, looked at by an officer, then deleted."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response

from services.gateway.accounts.throttle import CODES_BY_ACCOUNT
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import consular, visitor
from services.gateway.web.forms import faults
from services.gateway.web.links.form_pages import wanted_page
from shared.errors import Invalid, Refusal, TooLarge, Unavailable

FILES = ("passport", "face")
LIMIT_BYTES = 8 * 1024 * 1024
blueprint = Blueprint("passport_check", __name__)


@blueprint.get("/identity/passport")
def ask() -> str:
    """The two files, or how the last check stands."""
    return _page()


def _page(refusal: Refusal | None = None) -> str:
    return render_template(
        "pages/account/identity/passport_check.html",
        check=consular().identity_checks.latest(visitor().actor)["check"],
        errors=faults(refusal, prefix="field") if refusal else {},
        next=wanted_page(),
    )


@blueprint.post("/identity/passport")
def send() -> Response | tuple[str, int]:
    """Sends both files to the mission's service. What is wrong with one is shown beside it."""
    slow_down(CODES_BY_ACCOUNT, visitor().account)
    try:
        contents = {name: _content(name) for name in FILES}
        for name, content in contents.items():
            consular().identity_checks.add_file(visitor().actor, name, content)
    except Unavailable:
        raise
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("passport_check.ask", next=wanted_page() or None), 303)


def _content(name: str) -> bytes:
    sent = request.files.get(name)
    if sent is None or not sent.filename:
        raise Invalid("picture_missing", field=name)
    if sent.stream.seek(0, 2) > LIMIT_BYTES:
        raise TooLarge("file_too_large", field=name, megabytes=LIMIT_BYTES // 1024 // 1024)
    sent.stream.seek(0)
    return bytes(sent.read())


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    """A body that nobody read to its end."""
    refusal = TooLarge("file_too_large", field="passport", megabytes=LIMIT_BYTES // 1024 // 1024)
    return _page(refusal), refusal.status
