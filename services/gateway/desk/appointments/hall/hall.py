"""A counter in the waiting hall: who is next, and what becomes of the one at the counter."""

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.desk.wording import printed, refusal_text
from services.gateway.web.current import actor, consular
from services.gateway.web.presentation import t
from shared.errors import Invalid, NotAllowed, Refusal, Unavailable
from shared.values.digits import ascii_digits, is_digits

Answer = Response | str | tuple[str, int]
# As the service has them; the page offers each in words.
REASONS = ("copies", "photos", "payment", "form", "other")


def show() -> Answer:
    """The hall as it is now."""
    return _page()


def call() -> Answer:
    """Calls the next one, or a number that is back."""
    counter, number = _whole("counter"), _whole("number")
    if counter is None:
        return _page(errors={"counter": t("refusal.hall_counter")}), 422
    if number is None and "number" in request.form:
        # Whoever asks for one number is not given the next one.
        return _page(Refusal("hall_number")), 422
    try:
        called = consular().hall.call(actor(), request.form.get("key", ""), counter, number)
    except (NotAllowed, Unavailable):
        raise
    except Invalid as invalid:
        return _page(errors={"counter": refusal_text(invalid)}), 422
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("desk.hall", done="called" if called else "nobody"), 303)


def change(number: int, verb: str) -> Answer:
    """Repeats the call, begins, sets aside, misses or finishes."""
    more = {"reason": request.form.get("reason", "")[:40]} if verb == "park" else {}
    try:
        consular().hall.change(actor(), number, verb, request.form.get("key", ""), **more)
    except (NotAllowed, Unavailable):
        raise
    except Invalid:
        return _page(errors={"reason": t("hall.park.needed")}), 422
    except Refusal as refusal:
        return _page(refusal), refusal.status
    return redirect(url_for("desk.hall", done=verb), 303)


def _whole(name: str) -> int | None:
    """A number of the form in any digits; None where there is none."""
    text = ascii_digits(request.form.get(name, "")).strip()[:5]
    return int(text) if is_digits(text) else None


def _page(refusal: Refusal | None = None, errors: dict[str, object] | None = None) -> str:
    view = consular().hall.view(actor())
    return render_template(
        "desk/appointments/hall/hall.html",
        hall=view,
        counter=request.form.get("counter") or view["counter"] or "",
        refused=refusal_text(refusal) if refusal else None,
        errors=errors or {},
        reasons=REASONS,
        done=request.args.get("done", "")[:20],
        printed=printed,
        key=lambda: str(uuid.uuid4()),
    )
