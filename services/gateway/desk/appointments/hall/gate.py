"""The gate: a slip is scanned or typed, the identity document is compared, a number for the hall is given."""

import uuid
from collections.abc import Mapping

from flask import render_template, request
from werkzeug.wrappers import Response

from services.gateway.clients.consular.appointments.hall import Ticket
from services.gateway.desk.wording import refusal_text
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import date, t
from services.gateway.web.security import allow_camera
from shared.errors import NotAllowed, NotFound, Refusal, Unavailable

Answer = Response | str | tuple[str, int]
LONGEST = 300
FIELDS = ("code", "number")


def show() -> Answer:
    """The form, ready for the next person."""
    return _page()


def admit() -> Answer:
    """Gives a number, or says beside the field why not."""
    typed = {name: request.form.get(name, "").strip()[:LONGEST] for name in FIELDS}
    lacking = {name: t(f"hall.gate.{name}.needed") for name in FIELDS if not typed[name]}
    if lacking:
        return _page(typed, lacking), 422
    try:
        ticket = consular().hall.admit(actor(), request.form.get("key", ""), **typed)
    except (NotAllowed, Unavailable):
        raise
    except NotFound:
        return _page(typed, {"code": t("hall.gate.unknown")}), 422
    except Refusal as refusal:
        return _page(typed, _reason(refusal)), 422
    return _page(ticket=ticket)


def _reason(refusal: Refusal) -> dict[str, object]:
    """Beside the number what is wrong with the document, beside the code everything about the file."""
    if refusal.code == "hall_other_day":
        return {"code": t("refusal.hall_other_day", day=date(str(refusal.params["day"])))}
    of_document = refusal.code in ("wrong_person", "identity_number") or refusal.params.get("field") == "number"
    return {"number" if of_document else "code": refusal_text(refusal)}


def _page(
    typed: dict[str, str] | None = None, errors: Mapping[str, object] | None = None, ticket: Ticket | None = None
) -> str:
    allow_camera()
    return render_template(
        "desk/appointments/hall/gate.html", typed=typed or {}, errors=errors or {}, ticket=ticket, key=str(uuid.uuid4())
    )
