"""Older bookings at the desk over HTTP: phases, and files with their preview and faults."""

from typing import Any

from flask import Blueprint, Response, request

from services.consular.bookings import import_bookings, phases
from services.consular.bookings.rows import faults_file
from shared.database import audit
from shared.errors import Invalid
from shared.web.service import allowed, current_actor, transaction

blueprint = Blueprint("bookings", __name__, url_prefix="/desk/bookings")


@blueprint.get("")
@allowed("booking.read")
def overview() -> dict[str, Any]:
    """The mission's phases with their counts, and its latest files."""
    with transaction() as session:
        audit.record(session, current_actor(), "bookings.listed", current_actor().mission or "")
        return {"phases": phases.list_phases(session), "imports": import_bookings.list_imports(session)}


@blueprint.post("/imports")
@allowed("booking.import")
def upload() -> tuple[dict[str, Any], int]:
    """Stores a file of raw bytes as a preview."""
    phase, filename = request.args.get("phase", "")[:40], request.args.get("filename", "")
    if not phase:
        raise Invalid("required", field="phase")
    content = request.get_data(cache=False)
    with transaction() as session:
        booking_import = import_bookings.preview(session, current_actor(), phase, filename, content)
        session.refresh(booking_import)
        return import_bookings.serialise(booking_import), 201


@blueprint.get("/imports/<reference>")
@allowed("booking.read")
def detail(reference: str) -> dict[str, Any]:
    """A file's preview, or its result."""
    with transaction() as session:
        booking_import = import_bookings.find(session, current_actor(), reference)
        audit.record(session, current_actor(), "bookings.read", reference)
        return import_bookings.serialise(booking_import)


@blueprint.get("/imports/<reference>/faults.csv")
@allowed("booking.read")
def faults(reference: str) -> Response:
    """Every fault with its line, for a spreadsheet."""
    with transaction() as session:
        booking_import = import_bookings.find(session, current_actor(), reference)
        audit.record(session, current_actor(), "bookings.faults_read", reference)
        content = faults_file(booking_import.faults)
    return Response(content, mimetype="text/csv")
