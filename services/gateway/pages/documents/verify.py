"""Verifying a document: valid, revoked, expired or unknown, and no more than the document itself says."""

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts.throttle import VERIFY_BY_ADDRESS
from services.gateway.web.access.throttling import slow_down_network
from services.gateway.web.content.issuers import issuer_of
from services.gateway.web.current import actor
from services.gateway.web.forms import faults, fields, read, words
from services.gateway.web.language import preferred
from shared.catalogue.model import Question
from shared.documents.printed_numbers import has_number
from shared.errors import Invalid, NotFound, Refusal
from shared.values.references import clean, is_application, is_valid, mission_of

QUESTIONS = (Question("code", max_length=300),)
UNKNOWN: Mapping[str, object] = {"status": "unknown"}
blueprint = Blueprint("verify", __name__)


def printed(code: str) -> Response:
    """Redirects the address printed on documents, which has no language, to the browser's language."""
    return redirect(url_for("verify.show", lang=preferred(), code=clean(code)))


@blueprint.get("/verify")
def ask() -> str:
    """The form for those who cannot scan the code."""
    return _form()


def _form(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, QUESTIONS, prefix="field") if refusal else {}
    shown = fields(QUESTIONS, request.form, errors, prefix="field")
    return render_template("pages/documents/verify.html", fields=shown, errors=errors, verification=None, code=None)


@blueprint.post("/verify")
def find() -> Response | tuple[str, int]:
    """Refuses a mistyped code by its check character, and what is printed on papers beside their code."""
    try:
        code = _read_code(read(QUESTIONS, request.form)["code"])
    except Invalid as refusal:
        return _form(refusal), refusal.status
    return redirect(url_for("verify.show", code=code), 303)


def _read_code(typed: str) -> str:
    code = clean(typed)
    if is_application(code):
        raise Invalid("reference_not_code", field="code")
    if not is_valid(code):
        raise Invalid("number_not_code" if has_number(typed) else "code_malformed", field="code")
    return code


@blueprint.get("/verify/<code>")
def show(code: str) -> tuple[str, int, dict[str, str]]:
    """The answer of the service that issued the document."""
    slow_down_network(VERIFY_BY_ADDRESS)
    reference, down = clean(code), None
    verification: Mapping[str, object]
    try:
        verification = _ask_issuer(reference)
    except NotFound:
        verification = UNKNOWN
    except Refusal as refusal:
        verification, down = {}, refusal
    page = render_template(
        "pages/documents/verify.html",
        verification=verification,
        code=reference,
        fields=[],
        errors={"": words(down.code, **down.params)} if down else {},
    )
    return page, down.status if down else 200, {"X-Robots-Tag": "noindex"}


def _ask_issuer(reference: str) -> Mapping[str, object]:
    issuer = issuer_of(reference)
    return UNKNOWN if issuer is None else issuer.documents.verify(actor(mission_of(reference)), reference)
