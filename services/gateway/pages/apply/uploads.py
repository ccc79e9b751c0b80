"""Uploads of an application: one file at a time, checked by the service that stores it."""

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from services.gateway.accounts.throttle import UPLOADS_BY_ACCOUNT
from services.gateway.clients.consular.applications import Application
from services.gateway.pages.apply.draft import load_editable
from services.gateway.web.current import consular, visitor
from services.gateway.web.forms import faults, steps_of
from services.gateway.web.throttling import slow_down
from shared.catalogue.model import Transaction
from shared.errors import Invalid, NotFound, Refusal

KINDS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
LONGEST_FILENAME = 120
blueprint = Blueprint("papers", __name__)


@blueprint.get("/applications/<reference>/papers")
def show(reference: str) -> str:
    """The checklist: what is there, what is missing."""
    return _page(*load_editable(reference, "edit"))


def _page(application: Application, entry: Transaction, errors: dict[str, object] | None = None) -> str:
    handed_in = {
        paper.name: [one for one in application["papers"] if one["name"] == paper.name] for paper in entry.papers
    }
    return render_template(
        "pages/apply/uploads.html",
        application=application,
        entry=entry,
        handed_in=handed_in,
        last_step=steps_of(entry)[-1],
        errors=errors or {},
    )


@blueprint.post("/applications/<reference>/papers/<name>")
def upload(reference: str, name: str) -> Answer | tuple[str, int]:
    """Sends a file to the service. What is wrong with it is shown beside its name."""
    application, entry = load_editable(reference, "edit")
    slow_down(UPLOADS_BY_ACCOUNT, visitor().account)
    try:
        _pass_on(reference, name)
    except Refusal as refusal:
        errors = faults(refusal)
        return _page(application, entry, {name: next(iter(errors.values()))}), refusal.status
    return redirect(url_for("papers.show", reference=reference) + f"#{name}", 303)


def _pass_on(reference: str, name: str) -> None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("file_missing")
    kind = sent.mimetype if sent.mimetype in KINDS else "application/octet-stream"
    filename = sent.filename.rpartition("/")[2].rpartition("\\")[2][-LONGEST_FILENAME:]
    consular().applications.add_upload(visitor().actor, reference, name, filename, sent.read(), kind)


@blueprint.post("/applications/<reference>/papers/<paper>/remove")
def remove(reference: str, paper: str) -> Answer:
    """Removes a file."""
    consular().applications.remove_upload(visitor().actor, reference, paper)
    return redirect(url_for("papers.show", reference=reference), 303)


@blueprint.get("/applications/<reference>/papers/<paper>")
def read(reference: str, paper: str) -> Response:
    """A file of one's own, always as a download and under a name of ours: it is never run as a page here."""
    application = consular().applications.detail(visitor().actor, reference)
    upload = next((upload for upload in application["papers"] if upload["id"] == paper), None)
    if upload is None:
        raise NotFound()
    kind = upload["type"] if upload["type"] in KINDS else "application/octet-stream"
    answer = make_response(consular().applications.upload(visitor().actor, paper))
    answer.headers["Content-Type"] = kind
    name = f"{upload['name']}-{reference}.{KINDS.get(kind, 'bin')}"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
