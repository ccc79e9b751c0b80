"""Writing in what came by telephone, letter or fax: the same checks, the same queue, the same clock."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from services.gateway.web.current import actor, consular
from services.gateway.web.forms import faults
from services.gateway.web.presentation import t
from services.gateway.web.sent_forms.submission import submit
from shared.catalogue.inquiries import TYPES, WRITTEN_IN
from shared.errors import Refusal

FIELDS = ("channel", "contact", "type", "number", "about", "text")
LONGEST = 50_000


def ask() -> str:
    """The form; from a case with its reference."""
    return _form({"about": request.args.get("about", "")[:200]})


def _form(typed: dict[str, str], refusal: Refusal | None = None) -> str:
    return render_template(
        "desk/correspondence/inquiries/write_in.html",
        typed=typed,
        channels=[(code, t(f"inquiry.channel.{code}")) for code in WRITTEN_IN],
        types=[(one.slug, t(f"inquiry.type.{one.slug}")) for one in TYPES.values() if not one.referred],
        errors=faults(refusal, prefix="inquiry") if refusal else {},
    )


def send() -> Response | tuple[str, int]:
    """Puts it into the queue."""
    typed = {name: request.form.get(name, "")[:LONGEST] for name in FIELDS}
    return submit(
        lambda: consular().inquiries.write_in(actor(), typed),
        lambda refusal: _form(typed, refusal),
        url_for("desk.inquiries"),
    )
