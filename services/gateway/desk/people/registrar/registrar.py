"""The registrar's pages: mismatches of the register, both sides of each, and the two ways to settle one."""

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.web.current import actor, civil_registry
from services.gateway.web.forms import faults, fields, read, typed
from services.gateway.web.language import PREFIX
from services.gateway.web.presentation import t
from services.gateway.web.sent_forms.submission import submit
from shared.catalogue.model import Question
from shared.errors import NotFound, Refusal

JUDGMENT = (
    Question("court", max_length=120),
    Question("judgment_number", max_length=60),
    Question("judged_on", kind="past_date"),
)
REASON = (Question("reason", kind="long_text", max_length=500),)
VERBS: Mapping[str, tuple[Question, ...]] = {"correct": JUDGMENT, "dismiss": REASON}
blueprint = Blueprint("registrar", __name__, url_prefix=f"{PREFIX}/desk/register")
Answer = Response | str | tuple[str, int]


@blueprint.get("")
def show() -> str:
    """Everything that waits."""
    rows = civil_registry().mismatches(actor())
    return render_template("desk/people/registrar/registrar.html", rows=rows, done=request.args.get("done", ""))


@blueprint.get("/<int:mismatch>")
def detail(mismatch: int) -> str:
    """One of them, with the two ways to settle it."""
    return _page(mismatch)


def _page(mismatch: int, verb: str = "", refusal: Refusal | None = None) -> str:
    """Where something typed was wrong, with it beside its field in the form it came from."""
    row = next((row for row in civil_registry().mismatches(actor()) if row["id"] == mismatch), None)
    if row is None:
        raise NotFound()
    return render_template(
        "desk/people/registrar/mismatch.html",
        row=row,
        forms={name: _form(questions, name == verb, refusal) for name, questions in VERBS.items()},
        errors=faults(refusal, VERBS[verb], prefix="field") if refusal and _is_of_a_field(refusal) else {},
        refused=_refusal_page(refusal) if refusal and not _is_of_a_field(refusal) else None,
        key=request.form.get("key") or str(uuid.uuid4()),
    )


def _form(questions: tuple[Question, ...], sent: bool, refusal: Refusal | None) -> dict[str, Any]:
    errors = faults(refusal, questions, prefix="field") if sent and refusal and _is_of_a_field(refusal) else {}
    values = typed(questions, request.form) if sent else {}
    return {"fields": fields(questions, values, errors, prefix="field"), "open": sent}


def _is_of_a_field(refusal: Refusal) -> bool:
    return bool(getattr(refusal, "errors", None))


def _refusal_page(refusal: Refusal) -> Markup:
    """Why it was not settled; where the register still disagrees with itself, in what."""
    codes = refusal.params.get("findings")
    if refusal.code != "register_still_contradicts" or not isinstance(codes, list):
        return faults(refusal)[""]
    named = Markup(" · ").join(t(f"finding.{code}") for code in codes)
    return t("refusal.register_still_contradicts", findings=named)


@blueprint.post("/<int:mismatch>/correct")
def correct(mismatch: int) -> Answer:
    """By a judgment: court, number, date."""
    return _act(mismatch, "correct")


@blueprint.post("/<int:mismatch>/dismiss")
def dismiss(mismatch: int) -> Answer:
    """No contradiction, with the reason."""
    return _act(mismatch, "dismiss")


def _act(mismatch: int, verb: str) -> Answer:
    def settle() -> None:
        answers = read(VERBS[verb], request.form)
        civil_registry().settle(actor(), mismatch, verb, {**answers, "key": request.form.get("key", "")})

    return submit(settle, lambda refusal: _page(mismatch, verb, refusal), url_for("registrar.show", done=verb))
