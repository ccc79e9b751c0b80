"""Passports at the desk: checks before a case is accepted, and lost passports by number."""

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.desk.cases import case
from services.gateway.desk.wording import refusal_text, written_text
from services.gateway.web.current import actor, consular
from shared.errors import NotAllowed, Refusal, Unavailable

LONGEST_REASON, LONGEST_NUMBER = 300, 300

Answer = Response | str | tuple[str, int]


def approve(reference: str) -> Answer:
    """Records what the officer found, with the reason; nothing is recorded without one."""
    what, outcome = (request.form.get(name, "")[:40] for name in ("what", "outcome"))
    reason, wrong = written_text("reason", LONGEST_REASON, "desk.passport.reason_needed")
    wrong = wrong or ("" if outcome else "refusal.button_needed")
    if wrong:
        return case.page(reference, lacking={"what": what, "error": wrong, "typed": reason}), 422
    body = {"what": what, "outcome": outcome, "reason": reason, "key": request.form.get("key", "")}
    return case.act(
        reference, "approvals", lambda: consular().cases.act(actor(), reference, "approvals", body), "#passport-title"
    )


def check() -> Answer:
    """The search, and what is known of the number."""
    typed = request.args.get("number", "").strip()[:LONGEST_NUMBER]
    if not typed:
        return _page(typed)
    try:
        record = consular().cases.passport(actor(), typed)
    except Unavailable:
        raise
    except Refusal as refusal:
        return _page(typed, refused=refusal), refusal.status
    return _page(record["number"], record=record, done=request.args.get("done", ""))


def surrender(number: str) -> Answer:
    """Records that a lost passport was handed in."""
    try:
        consular().cases.surrender_passport(actor(), number)
    except (NotAllowed, Unavailable):
        raise
    except Refusal as refusal:
        return _page(number, refused=refusal), refusal.status
    return redirect(url_for("desk.passports", number=number, done="taken"), 303)


def _page(typed: str, **more: object) -> str:
    return render_template("desk/counter/passports.html", typed=typed, refusal_text=refusal_text, **more)
