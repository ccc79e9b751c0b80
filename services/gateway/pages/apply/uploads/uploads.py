"""Uploads of an application: all papers in one form, so that no chosen file is left behind; judged by the service."""

from collections.abc import Iterable

from flask import Blueprint, Response, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wrappers import Response as Answer

from services.gateway.accounts.throttle import UPLOADS_BY_ACCOUNT
from services.gateway.clients.consular.applications.applications import Application, Upload
from services.gateway.pages.apply.draft import load_editable
from services.gateway.web.access.throttling import slow_down
from services.gateway.web.current import consular, visitor
from services.gateway.web.faults import page as error_page
from services.gateway.web.forms import faults, steps_of
from services.gateway.web.http.stored_files import asked_page, send_stored
from shared.catalogue.model import Transaction
from shared.errors import Invalid, NotFound, Refusal, TooLarge

LONGEST_FILENAME = 120
LIMIT_BYTES = 8 * 1024 * 1024
# The field of a paper in a form of several.
FIELD = "file-"
FIX = "fix.show"
blueprint = Blueprint("papers", __name__)


@blueprint.get("/applications/<reference>/papers")
def show(reference: str) -> str | Answer:
    """The checklist: what is there, what is missing, and what the mission has already."""
    application, entry = load_editable(reference, "edit")
    if is_marked(application):
        return redirect(url_for(FIX, reference=reference))
    added = request.args.get("added")
    return _page(application, entry, added=added if added in names_of(entry) else None)


def is_marked(application: Application) -> bool:
    """Whether an officer marked what alone may be changed now."""
    return application["status"] == "returned" and any(one["open"] for one in application["corrections"])


def names_of(entry: Transaction) -> list[str]:
    """The papers of the checklist, by name."""
    return [paper.name for paper in entry.papers]


def files_by_name(application: Application, names: Iterable[str]) -> dict[str, list[Upload]]:
    """What was handed in, by paper."""
    return {name: [one for one in application["papers"] if one["name"] == name] for name in names}


def _page(
    application: Application, entry: Transaction, errors: dict[str, Markup] | None = None, added: str | None = None
) -> str:
    handed_in = files_by_name(application, names_of(entry))
    missing = [name for name in names_of(entry) if not handed_in[name]]
    return render_template(
        "pages/apply/uploads/uploads.html",
        application=application,
        entry=entry,
        handed_in=handed_in,
        last_step=steps_of(entry)[-1],
        errors=errors or {},
        added=added,
        next_paper=following(names_of(entry), added, missing) if added else None,
        offered=_offered(application, missing),
    )


def following(names: list[str], added: str, missing: list[str]) -> str | None:
    """The paper to hand in next: the first one missing after the one just added, else the first one missing."""
    later = names[names.index(added) + 1 :]
    return next((name for name in [*later, *names] if name in missing), None)


def _offered(application: Application, missing: list[str]) -> dict[str, list[Upload]]:
    """Accepted papers that are still valid, by paper."""
    if not missing:
        return {}
    found = consular().applications.offered_uploads(visitor().actor, application["reference"])
    return {name: [one for one in found if one["name"] == name] for name in missing}


@blueprint.post("/applications/<reference>/papers")
def send(reference: str) -> Answer | tuple[str, int]:
    """Takes every chosen file in, then goes on."""
    application, entry = load_editable(reference, "edit")
    errors, status = take_files(reference, names_of(entry))
    if errors:
        application, entry = load_editable(reference, "edit")
        return _page(application, entry, errors), status
    return redirect(url_for("apply.review", reference=reference), 303)


@blueprint.post("/applications/<reference>/papers/<name>")
def upload(reference: str, name: str) -> Answer | tuple[str, int]:
    """The button of one paper. Whatever else was chosen beside it is taken in as well."""
    application, entry = load_editable(reference, "edit")
    errors, status = take_files(reference, names_of(entry), name)
    if errors:
        application, entry = load_editable(reference, "edit")
        return _page(application, entry, errors), status
    return redirect(url_for("papers.show", reference=reference, added=name), 303)


def take_files(reference: str, names: Iterable[str], needed: str = "") -> tuple[dict[str, Markup], int]:
    """Takes in what was chosen for these papers. Gives what is wrong by paper, and the first status of it."""
    chosen = [(name, file) for name in names for file in request.files.getlist(FIELD + name) if file.filename]
    chosen += [(needed, file) for file in request.files.getlist("file") if file.filename and needed]
    errors: dict[str, Markup] = {}
    statuses: list[int] = []
    if needed and needed not in [name for name, _ in chosen]:
        errors[needed], statuses = faults(Invalid("file_missing"))[""], [Invalid.status]
    for name, file in chosen:
        slow_down(UPLOADS_BY_ACCOUNT, visitor().account)
        try:
            _pass_on(reference, name, file)
        except Refusal as refusal:
            errors[name] = next(iter(faults(refusal).values()))
            statuses.append(refusal.status)
    return errors, statuses[0] if statuses else 200


def _pass_on(reference: str, name: str, sent: FileStorage) -> None:
    if sent.stream.seek(0, 2) > LIMIT_BYTES:
        raise TooLarge("file_too_large", field=name)
    sent.stream.seek(0)
    consular().applications.add_upload(visitor().actor, reference, name, plain_name(sent.filename or ""), sent.read())


def plain_name(filename: str) -> str:
    """A file's name without its folders; of a long one both ends."""
    name = filename.rpartition("/")[2].rpartition("\\")[2]
    half = LONGEST_FILENAME // 2
    return name if len(name) <= LONGEST_FILENAME else f"{name[: half - 1]}…{name[-half:]}"


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> tuple[str, int]:
    """A body that nobody read to its end: the person is still told beside the field. Nothing is changed."""
    named = request.view_args or {}
    refusal = TooLarge("file_too_large", field=named.get("name", ""))
    try:
        application, entry = load_editable(named["reference"], "edit")
    except Refusal:
        return error_page(refusal.status, refusal)
    return _page(application, entry, dict(faults(refusal))), refusal.status


@blueprint.get("/applications/<reference>/papers/<paper>/remove")
def ask_remove(reference: str, paper: str) -> str:
    """Asks before a file is removed."""
    application, entry = load_editable(reference, "edit")
    found = next((one for one in application["papers"] if one["id"] == paper), None)
    if found is None:
        raise NotFound()
    return render_template(
        "pages/apply/uploads/remove.html", application=application, entry=entry, upload=found, back=_back(application)
    )


def _back(application: Application) -> str:
    return url_for(FIX if is_marked(application) else "papers.show", reference=application["reference"])


@blueprint.post("/applications/<reference>/papers/<paper>/remove")
def remove(reference: str, paper: str) -> Answer:
    """Removes a file."""
    application, _ = load_editable(reference, "edit")
    consular().applications.remove_upload(visitor().actor, reference, paper)
    return redirect(_back(application), 303)


@blueprint.post("/applications/<reference>/papers/<paper>/reuse")
def reuse(reference: str, paper: str) -> Answer | tuple[str, int]:
    """Takes an accepted paper of an earlier application again."""
    _, entry = load_editable(reference, "edit")
    errors, status = take_files(reference, names_of(entry))
    added = consular().applications.reuse_upload(visitor().actor, reference, paper)
    if errors:
        application, entry = load_editable(reference, "edit")
        return _page(application, entry, errors), status
    return redirect(url_for("papers.show", reference=reference, added=added["name"]), 303)


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
