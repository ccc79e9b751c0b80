"""One's own inquiries: where each stands, who has it, by when it is answered, what was answered."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from services.gateway.clients.consular.correspondence.inquiries import Inquiry
from services.gateway.pages.inquiries.types import name_of
from services.gateway.web.current import consular, visitor
from services.gateway.web.http.stored_files import asked_page, send_stored
from services.gateway.web.presentation import moment, t
from shared.errors import Refusal

blueprint = Blueprint("inquiries", __name__)
MOODS = {"refused": "refused", "accepted": "done", "referred": "done"}


@blueprint.get("/inquiries")
def list_own() -> str:
    """All of them, the latest first."""
    inquiries = consular().inquiries.list_own(visitor().actor)
    return render_template("pages/inquiries/inquiries.html", inquiries=inquiries, name_of=name_of)


@blueprint.get("/inquiries/<reference>")
def show(reference: str) -> str:
    """One of them."""
    return page(reference)


def page(reference: str, verb: str = "", refusal: Refusal | None = None, errors: Any = None) -> str:
    """The page, with the form of a verb open after its refusal."""
    inquiry = consular().inquiries.detail(visitor().actor, reference)
    return render_template(
        "pages/inquiries/inquiry.html",
        inquiry=inquiry,
        name=name_of(inquiry["type"]),
        steps=_steps(inquiry),
        just_sent="sent" in request.args,
        rated="rated" in request.args,
        verb=verb if refusal else "",
        errors=errors or {},
        typed=request.form.get("text", "") if refusal else "",
    )


def _steps(inquiry: Inquiry) -> list[dict[str, object]]:
    """What happened to it, then what is ahead."""
    place = inquiry["mission"]
    first: dict[str, object] = {
        "title": t("inquiry.step.asked"),
        "when": moment(inquiry["made_at"], place),
        "mood": "done",
    }
    said: list[dict[str, object]] = [
        {
            "title": t(f"inquiry.step.{entry['kind']}"),
            "when": moment(entry["at"], place),
            "text": t(f"inquiry.state.{entry['outcome']}") if entry["outcome"] else None,
            "mood": MOODS.get(entry["outcome"] or "", "done"),
        }
        for entry in inquiry["entries"]
    ]
    if inquiry["state"] in ("waiting", "appealed"):
        said.append({"title": t(f"inquiry.held.{inquiry['held_by']}"), "mood": "here"})
    return [first, *said]


@blueprint.get("/inquiries/<reference>/files/<int:number>")
def picture(reference: str, number: int) -> Response:
    """A page of one of its files."""
    content = consular().inquiries.picture(visitor().actor, reference, number, asked_page())
    return send_stored(content, f"{reference}-{number}", inline=True)
