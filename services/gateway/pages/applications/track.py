"""Following an application without an account: reference and birth date give its stage, and nothing else."""

from flask import Blueprint, render_template, request

from services.gateway.accounts.throttle import TRACK_BY_ADDRESS, TRACK_BY_REFERENCE, network_limits
from services.gateway.clients.consular.applications.applications import TrackingStep
from services.gateway.pages.applications.progress import stages
from services.gateway.web.access.throttling import slow_down, slow_down_network
from services.gateway.web.current import actor, consular
from services.gateway.web.forms import faults, fields, read, typed
from shared.catalogue.model import Question
from shared.documents.printed_numbers import has_number
from shared.errors import Invalid, NotFound, Refusal
from shared.values.references import clean, is_application, is_valid, mission_of

QUESTIONS = (Question("reference", max_length=300), Question("born", kind="past_date"))
blueprint = Blueprint("track", __name__)


@blueprint.get("/track")
def ask() -> str:
    """The two things that are asked."""
    return _page()


@blueprint.post("/track")
def show() -> tuple[str, int]:
    """The stage, in the answer to a POST: neither the reference nor the date ever stands in an address."""
    slow_down_network(TRACK_BY_ADDRESS)
    try:
        stage = _look_up()
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return _page(stage=stage), 200


def _look_up() -> TrackingStep:
    answers = _answers()
    reference = answers["reference"]
    for limit, network in network_limits(TRACK_BY_REFERENCE, request.remote_addr):
        slow_down(limit, f"{reference} {network}")
    try:
        return consular().applications.track(actor(mission_of(reference)), reference, answers["born"])
    except NotFound as unknown:
        raise NotFound("track_unknown") from unknown


def _answers() -> dict[str, str]:
    """Both answers, or everything that is wrong with them at once."""
    typed_reference, errors = request.form.get("reference", ""), dict[str, str]()
    reference = clean(typed_reference)
    if typed_reference and not is_application(reference):
        is_paper = is_valid(reference) or has_number(typed_reference)
        errors["reference"] = "paper_not_reference" if is_paper else "reference_malformed"
    try:
        answers = read(QUESTIONS, request.form)
    except Invalid as wrong:
        errors |= wrong.errors
    if errors:
        raise Invalid("invalid", errors=errors)
    return {**answers, "reference": reference}


def _page(refusal: Refusal | None = None, stage: TrackingStep | None = None) -> str:
    errors = faults(refusal, QUESTIONS, prefix="field") if refusal else {}
    shown = fields(QUESTIONS, typed(QUESTIONS, request.form), errors, prefix="field")
    steps = stages(stage["stages"]) if stage else []
    return render_template("pages/applications/track.html", fields=shown, errors=errors, stage=stage, steps=steps)
