"""Decisions of an officer on a case: accept, return, refuse after a confirmation, judge a duplicate."""

from flask import render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from services.gateway.desk.cases import case, marks
from services.gateway.desk.verdicts import pressed
from services.gateway.desk.wording import choices, who, written_text
from services.gateway.web.current import actor, consular
from services.gateway.web.forms import words
from services.gateway.web.presentation import t
from shared.catalogue import CATALOGUE
from shared.catalogue.reasons import (
    ALL_REFUSE_REASONS,
    REFUSAL_CODES,
    REFUSE_REASONS,
    REFUSE_REASONS_BY_QUESTION,
    SPOIL_REASONS,
)
from shared.errors import Invalid, NotAllowed

LONGEST_NOTE = 500
# What each button about the assignment has done, as the page says it.
ASSIGNED = {"take": "assign", "takeover": "takeover", "release": "release"}

Answer = Response | str | tuple[str, int]


def accept(reference: str) -> Answer:
    """Sends the case on to the authority."""
    return _act(reference, "accept", {"key": request.form.get("key", "")})


def assign(reference: str) -> Answer:
    """The case is the officer's from now on, or free again; for another's a second person is asked."""
    try:
        verb = pressed(*ASSIGNED, name="verb")
    except Invalid as invalid:
        return case.page(reference, unpressed=words("button_needed")), invalid.status
    return case.act(reference, ASSIGNED[verb], lambda: consular().cases.assign(actor(), reference, verb))


def send_back(reference: str) -> Answer:
    """Returns the case with what the officer marked, each with its reason and, if they like, words of their own."""
    marked, note = marks.typed_marks(), _note()
    errors = {**marks.faults_of(marked), **_errors()}
    if errors:
        return case.page(reference, errors=errors, marks=marked, note=note), 422
    return _act(
        reference, "return", {"items": marks.items_of(marked), "note": note, "key": request.form.get("key", "")}
    )


def ask_refuse(reference: str) -> str:
    """Why it is refused."""
    return _refuse_page(reference)


def refuse(reference: str) -> Answer:
    """First shows what a refusal will do; done only when the officer confirms on that page."""
    reason, note = _reason(ALL_REFUSE_REASONS), _note()
    errors = _errors(reason=reason)
    if errors:
        return _refuse_page(reference, errors=errors, chosen=reason, note=note), 422
    if "confirmed" not in request.form:
        return _refuse_page(reference, reason=reason, note=note)
    return _act(reference, "refuse", {"reason": reason, "note": note})


def judge_duplicate(reference: str) -> Answer:
    """Whether this file is a second one of the person in another: cleared or confirmed, each with a reason."""
    verdict, _, reason = request.form.get("judgement", "").partition(":")
    other, errors = request.form.get("other", ""), _errors(judgement=reason)
    if errors:
        typed = {"other": other, "errors": errors, "judgement": f"{verdict}:{reason}", "note": _note()}
        return case.page(reference, duplicate=typed), 422
    body: dict[str, object] = {
        "verdict": verdict,
        "reason": reason,
        "note": _note(),
        "key": request.form.get("key", ""),
    }
    return _act(reference, "duplicate", {**body, "other": other})


def reprint(reference: str) -> Answer:
    """A second person is asked to have a spoiled booklet replaced before anybody has collected it."""
    reason = _reason(SPOIL_REASONS)
    if reason is None:
        return case.page(reference, reprint_error="desk.reason_needed"), 422
    return _act(reference, "reprint", {"reason": reason, "key": request.form.get("key", "")})


def _refuse_page(reference: str, **more: object) -> str:
    details = consular().cases.detail(actor(), reference)
    if "refuse" not in details["allowed"]:
        raise NotAllowed()
    reasons = (
        *REFUSE_REASONS,
        *(code for name, code in REFUSE_REASONS_BY_QUESTION.items() if name in details["answers"]),
    )
    return render_template(
        "desk/cases/refuse.html",
        case=details,
        who=who(details),
        refuse_reasons=[_with_code(*choice) for choice in choices(reasons)],
        codes=REFUSAL_CODES,
        entry=CATALOGUE[details["transaction"]],
        **more,
    )


def _with_code(reason: str, label: Markup, reads: Markup) -> tuple[str, Markup, Markup]:
    """A reason with its code before it, and what the applicant can do after it."""
    return reason, Markup("<bdi>{}</bdi> {}").format(REFUSAL_CODES[reason], label), reads + " " + t(f"remedy.{reason}")


def _act(reference: str, verb: str, body: dict[str, object]) -> Answer:
    return case.act(reference, verb, lambda: consular().cases.act(actor(), reference, verb, body))


def _reason(known: tuple[str, ...]) -> str | None:
    reason = request.form.get("reason", "")
    return reason if reason in known else None


def _note() -> str:
    return written_text("note", LONGEST_NOTE)[0]


def _errors(**chosen: str | None) -> dict[str, str]:
    """What is wrong with a choice and the note beside it, as keys of texts by field."""
    wrong = {name: "" if choice else "desk.reason_needed" for name, choice in chosen.items()}
    wrong["note"] = written_text("note", LONGEST_NOTE)[1]
    return {name: key for name, key in wrong.items() if key}
