"""Uploads over HTTP: a file is taken in, removed, read as it was written anew; its original is served by no route."""

from typing import Any, cast
from urllib.parse import quote

from flask import Blueprint, Response, current_app, jsonify, request
from sqlalchemy.orm import Session

from services.consular.api.request import TEXT, mission_session
from services.consular.uploads import rules, store, transfer
from services.consular.uploads.blobs import SERVED, THUMBNAIL
from services.consular.uploads.decoding import client
from services.consular.uploads.decoding.result import Fault
from services.consular.uploads.intake import Intake
from services.consular.uploads.model import BlobUse, Upload
from services.consular.views.application import application_view
from services.consular.workflow import draft
from shared.errors import Invalid, NotFound
from shared.identity.actor import service
from shared.values.references import mission_of
from shared.web.service import allowed, current_actor

PAGE_DIGITS = 4
blueprint = Blueprint("uploads", __name__)


def intake() -> Intake:
    """This process's store and scanner."""
    return cast(Intake, current_app.extensions["intake"])


@blueprint.post("/applications/<reference>/papers")
@allowed("paper.upload")
def upload(reference: str) -> tuple[dict[str, Any], int]:
    """Adds a file: raw bytes, and the checklist item's name in the address. The stated type of the bytes is ignored."""
    name, filename = request.args.get("name", ""), request.args.get("filename", "")[:TEXT]
    if not name:
        raise Invalid("required", field="name")
    actor = current_actor()
    with mission_session(reference) as session:
        mission = draft.check_attach(session, actor, reference, name)
    file = intake().take(mission, request.get_data(cache=False), name)
    with mission_session(reference) as session:
        added_upload = draft.attach(session, actor, reference, name, filename, file)
        return {"paper": store.serialise(added_upload)}, 201


@blueprint.get("/applications/<reference>/papers/offered")
@allowed("paper.upload")
def offered(reference: str) -> Response:
    """Accepted files of earlier applications that may be handed in again."""
    with mission_session(reference) as session:
        found = draft.offered_uploads(session, current_actor(), reference)
        return jsonify([store.serialise(one) for one in found])


@blueprint.post("/applications/<reference>/papers/<upload_id>/reuse")
@allowed("paper.upload")
def reuse(reference: str, upload_id: str) -> tuple[dict[str, Any], int]:
    """Hands one of them in again."""
    with mission_session(reference) as session:
        return store.serialise(draft.attach_again(session, current_actor(), reference, upload_id)), 201


@blueprint.delete("/applications/<reference>/papers/<upload_id>")
@allowed("paper.remove")
def remove(reference: str, upload_id: str) -> dict[str, Any]:
    """Removes a file."""
    with mission_session(reference) as session:
        draft.detach(session, current_actor(), reference, upload_id)
        return application_view.view(session, current_actor(), reference)


@blueprint.get("/papers/<upload_id>")
@allowed("paper.read")
def content(upload_id: str) -> Response:
    """A file, as an attachment that a browser never shows as a page."""
    upload_row, file = _find(upload_id, SERVED, 1)
    return sealed_off(intake().read(file), file.type, store.download_name(upload_row, file.type))


@blueprint.get("/papers/<upload_id>/thumbnail")
@allowed("paper.read")
def thumbnail(upload_id: str) -> Response:
    """A small picture of a page."""
    upload_row, file = _find(upload_id, THUMBNAIL, asked_page())
    return sealed_off(intake().read(file), file.type, store.download_name(upload_row, file.type))


@blueprint.get("/papers/<upload_id>/page")
@allowed("paper.read")
def page_picture(upload_id: str) -> Response:
    """A page of a PDF as a picture to read; an image as it is."""
    upload_row, file = _find(upload_id, SERVED, 1)
    return page_of(file, f"{upload_row.application}-{upload_row.name}")


def asked_page() -> int:
    """The number of the page that is asked for. Raises NotFound for anything else."""
    number = request.args.get("page", "1")
    if not (number.isascii() and number.isdecimal() and len(number) <= PAGE_DIGITS):
        raise NotFound()
    return int(number)


def page_of(file: BlobUse, filename: str) -> Response:
    """The asked page of a stored file as a picture. Raises NotFound for a page that it does not have."""
    page, data = asked_page(), intake().read(file)
    if file.type != rules.PDF:
        if page != 1:
            raise NotFound()
        return sealed_off(data, file.type, f"{filename}.{rules.ENDINGS[file.type]}")
    try:
        picture = client.draw_page(data, page)
    except Fault as fault:
        raise NotFound() from fault
    return sealed_off(picture.content, picture.type, f"{filename}-{page}.{rules.ENDINGS[picture.type]}")


def _find(upload_id: str, role: str, page: int) -> tuple[Upload, BlobUse]:
    """The row and file of an upload; bytes of an earlier version are moved to the store before anybody reads them."""

    def find(session: Session) -> tuple[Upload, BlobUse | None]:
        upload_row = draft.find_upload(session, current_actor(), upload_id)
        return upload_row, store.served_file(session, current_actor(), upload_row, role, page)

    with mission_session(upload_id) as session:
        upload_row, file = find(session)
    if file is None:
        transfer.transfer_upload(intake(), service("consular", mission_of(upload_id)), upload_id)
        with mission_session(upload_id) as session:
            upload_row, file = find(session)
    if file is None:
        raise NotFound()
    return upload_row, file


def sealed_off(data: bytes, kind: str, filename: str) -> Response:
    """An answer that a browser neither guesses about nor runs."""
    answer = Response(data, content_type=kind)
    answer.headers["Content-Disposition"] = f"attachment; filename={quote(filename)}"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
