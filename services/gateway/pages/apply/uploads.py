"""Uploads of an application: one file at a time, judged by the service that stores it."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as Answer

from services.gateway.accounts.throttle import UPLOADS_BY_ACCOUNT
from services.gateway.clients.consular.applications import Application, Upload
from services.gateway.pages.apply.draft import load_editable
from services.gateway.web.current import consular, visitor
from services.gateway.web.faults import page as error_page
from services.gateway.web.forms import faults, steps_of
from services.gateway.web.stored_files import asked_page, send_stored
from services.gateway.web.throttling import slow_down
from shared.catalogue.model import Transaction
from shared.errors import Invalid, NotFound, Refusal, TooLarge

LONGEST_FILENAME = 120
LIMIT_BYTES = 8 * 1024 * 1024
# Pages that are shown at once; the others open on request, so that a slow line is not filled by them.
PAGES_SHOWN = 3
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
        pages_shown=PAGES_SHOWN,
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
        return _refused(application, entry, name, refusal)
    return redirect(url_for("papers.show", reference=reference) + f"#{name}", 303)


def _refused(application: Application, entry: Transaction, name: str, refusal: Refusal) -> tuple[str, int]:
    errors = faults(refusal)
    return _page(application, entry, {name: next(iter(errors.values()))}), refusal.status


def _pass_on(reference: str, name: str) -> None:
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise Invalid("file_missing")
    if sent.stream.seek(0, 2) > LIMIT_BYTES:
        raise TooLarge("file_too_large", field=name)
    sent.stream.seek(0)
    filename = sent.filename.rpartition("/")[2].rpartition("\\")[2][-LONGEST_FILENAME:]
    consular().applications.add_upload(visitor().actor, reference, name, filename, sent.read())


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    """A body that nobody read to its end: the person is still told beside the field. Nothing is changed."""
    named = request.view_args or {}
    refusal = TooLarge("file_too_large", field=named.get("name", ""))
    try:
        application, entry = load_editable(named["reference"], "edit")
    except Refusal:
        return error_page(refusal.status, refusal)
    return _refused(application, entry, named.get("name", ""), refusal)


@blueprint.post("/applications/<reference>/papers/<paper>/remove")
def remove(reference: str, paper: str) -> Answer:
    """Removes a file."""
    consular().applications.remove_upload(visitor().actor, reference, paper)
    return redirect(url_for("papers.show", reference=reference), 303)


@blueprint.get("/applications/<reference>/papers/<paper>")
def read(reference: str, paper: str) -> Response:
    """A file of one's own, always as a download and under a name of ours: it is never run as a page here."""
    upload = _find(reference, paper)
    return send_stored(consular().applications.upload(visitor().actor, paper), f"{upload['name']}-{reference}")


@blueprint.get("/applications/<reference>/papers/<paper>/thumbnail")
def thumbnail(reference: str, paper: str) -> Response:
    """A small picture of a page of one's own file."""
    page = asked_page()
    content = consular().applications.upload_thumbnail(visitor().actor, paper, page)
    return send_stored(content, f"{reference}-{page}", inline=True)


def _find(reference: str, paper: str) -> Upload:
    application = consular().applications.detail(visitor().actor, reference)
    upload = next((upload for upload in application["papers"] if upload["id"] == paper), None)
    if upload is None:
        raise NotFound()
    return upload
