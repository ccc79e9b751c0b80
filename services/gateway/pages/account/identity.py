"""Links an account to its person after the civil registry confirms what was typed."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.accounts import register
from services.gateway.accounts.throttle import IDENTITY_BY_ACCOUNT, IDENTITY_BY_ADDRESS, IDENTITY_BY_PERSON
from services.gateway.clients.civil_registry import Confirmed
from services.gateway.clients.names import NameParts
from services.gateway.web.current import accounts, civil_registry, settings, visitor
from services.gateway.web.form_pages import wanted_page
from services.gateway.web.forms import faults, fields, read, typed
from services.gateway.web.throttling import slow_down, slow_down_network
from shared.catalogue.model import Question
from shared.errors import Refusal

NAMES = ("given_name", "father_name", "family_name", "mother_name")
# Of foundlings, old entries and people of one name the register has fewer.
MAY_BE_MISSING = NAMES[1:]
QUESTIONS = (
    Question("national_number", kind="national_number"),
    *(Question(name, kind="name", max_length=60, unrecorded=name in MAY_BE_MISSING) for name in NAMES),
    Question("born", kind="past_date"),
)
blueprint = Blueprint("identity", __name__)


@blueprint.get("/identity")
def ask() -> str:
    """The questions; their answers are on an identity card."""
    return _form()


def _form(refusal: Refusal | None = None) -> str:
    errors = faults(refusal, QUESTIONS, prefix="field") if refusal else {}
    shown = fields(QUESTIONS, typed(QUESTIONS, request.form), errors, prefix="field")
    return render_template("pages/account/identity.html", fields=shown, errors=errors, next=wanted_page())


@blueprint.post("/identity")
def confirm() -> Response | tuple[str, int]:
    """Asks the register and links the account; a mismatch names no field. Tries are counted per person as well."""
    try:
        answers = read(QUESTIONS, request.form)
        slow_down(IDENTITY_BY_ACCOUNT, visitor().account)
        slow_down_network(IDENTITY_BY_ADDRESS)
        slow_down(IDENTITY_BY_PERSON, answers["national_number"])
        _tie(answers["national_number"], civil_registry().confirm_identity(visitor().actor, answers))
    except Refusal as refusal:
        return _form(refusal), refusal.status
    return redirect(wanted_page() or url_for("applications.list_own"), 303)


def _tie(number: str, person: Confirmed) -> None:
    names = _full(person["name"]["ar"]), _full(person["name"]["latin"])
    with accounts().scope(visitor().mission) as session:
        register.tie(session, settings().secret, visitor(), person["person"], number, names)


def _full(name: NameParts) -> str:
    return " ".join(filter(None, (name["given"], name["father"], name["family"])))
