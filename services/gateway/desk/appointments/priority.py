"""Priority for a person at the mission: granted on the page of their case, with the reason."""

from flask import request
from werkzeug.wrappers import Response

from services.gateway.desk.cases import case
from services.gateway.desk.wording import written_text
from services.gateway.web.current import actor, consular

Answer = Response | str | tuple[str, int]
LONGEST = 300


def grant(reference: str) -> Answer:
    """Has the applicant received first."""
    reason, wrong = written_text("reason", LONGEST, "desk.why_needed")
    kind = request.form.get("kind", "")
    if wrong or not kind:
        return case.page(reference, wrong={"priority": wrong or "desk.priority.kind_needed"}, why_typed=reason), 422
    body = {"kind": kind[:20], "reason": reason, "key": request.form.get("key", "")}
    return case.act(reference, "priority", lambda: consular().cases.act(actor(), reference, "priority", body))
