"""Imports an older platform's bookings: first a preview of the whole file, then its good rows, or nothing."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import ARRAY, Text, any_, func, literal, select, text, update
from sqlalchemy.orm import Session

from services.consular.bookings import phases, rows
from services.consular.bookings.model import Booking, BookingImport, Phase
from services.consular.bookings.rows import Fault, ParsedFile, Row
from shared.database import audit
from shared.database.db import now
from shared.database.rows import find_row, lock_row
from shared.errors import Conflict, Invalid
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.person import strip_controls

PREVIEWED, KEPT, DROPPED = "previewed", "kept", "dropped"
REFERENCE_LENGTH, FILENAME_LENGTH = 10, 120
MAX_BYTES = 8 * 1024 * 1024
PREVIEW_LIFETIME = timedelta(days=1)
FAULT_COUNT, LIST_LENGTH = 20, 20
WRITE = text(
    "INSERT INTO booking"
    " (mission, phase, came_in, reference, national_number, given_name, transaction, booked_for, state)"
    " SELECT :mission, :phase, :came_in, * FROM unnest(CAST(:references AS text[]), CAST(:numbers AS text[]),"
    " CAST(:names AS text[]), CAST(:transactions AS text[]), CAST(:days AS date[]), CAST(:states AS text[]))"
)


def preview(session: Session, actor: Actor, phase: str, filename: str, content: bytes) -> BookingImport:
    """Stores a file with its faults as a preview; no booking is imported yet.

    Raises Invalid for a file that is no table of bookings, NotFound for an unknown phase.
    """
    mission = session.info["mission"]
    check_access(actor, "booking.import", mission=mission)
    if len(content) > MAX_BYTES:
        raise Invalid("file_too_large", field="file")
    window = phases.find(session, phase)
    parsed = _mark_imported_before(session, rows.read(content))
    booking_import = BookingImport(
        reference=references.new(mission, REFERENCE_LENGTH, "J"),
        mission=mission,
        phase=phase,
        filename=strip_controls(filename)[:FILENAME_LENGTH],
        content=content,
        good=len(parsed.rows),
        early=sum(state_of(row, window) == "early" for row in parsed.rows),
        faults=[asdict(fault) for fault in parsed.faults],
        state=PREVIEWED,
        uploaded_by=actor.id,
        uploaded_at=func.now(),
    )
    session.add(booking_import)
    session.flush()
    audit.record(
        session,
        actor,
        "bookings.previewed",
        booking_import.reference,
        good=booking_import.good,
        faults=len(parsed.faults),
    )
    return booking_import


def state_of(row: Row, window: Phase) -> str:
    """The state of a new booking. One too near its day stays with the older platform, and is stored for its holder's
    information."""
    return "open" if row.booked_for > phases.qualifies_after(window) else "early"


def import_file(session: Session, actor: Actor, reference: str) -> BookingImport:
    """Imports the good rows. Raises Conflict once the file is decided; repeating it changes nothing.

    A reference that another file has imported since the preview joins the faults: no booking is overwritten.
    """
    booking_import = _load_undecided(session, actor, reference)
    # One file of a mission at a time, so that two with the same references see each other.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"bookings {booking_import.mission}"))))
    window = phases.find(session, booking_import.phase)
    parsed = _mark_imported_before(session, rows.read(booking_import.content or b""))
    _write(session, booking_import, window, parsed.rows)
    booking_import.good = len(parsed.rows)
    booking_import.faults = [asdict(fault) for fault in parsed.faults]
    _decide(session, actor, booking_import, KEPT)
    return booking_import


def drop(session: Session, actor: Actor, reference: str) -> BookingImport:
    """Drops the file; nothing is imported."""
    booking_import = _load_undecided(session, actor, reference)
    _decide(session, actor, booking_import, DROPPED)
    return booking_import


def drop_old(session: Session, actor: Actor) -> int:
    """Drops files of the session's mission that are undecided for a day, since they hold personal data."""
    dropped_imports = session.scalars(
        update(BookingImport)
        .where(BookingImport.state == PREVIEWED, BookingImport.uploaded_at < now(session) - PREVIEW_LIFETIME)
        .values(state=DROPPED, content=None, decided_at=func.now())
        .returning(BookingImport.reference)
        .execution_options(synchronize_session=False)
    ).all()
    for reference in dropped_imports:
        audit.record(session, actor, "bookings.dropped", reference, reason="undecided")
    return len(dropped_imports)


def _load_undecided(session: Session, actor: Actor, reference: str) -> BookingImport:
    booking_import = lock_row(session, BookingImport, reference)
    check_access(actor, "booking.import", mission=booking_import.mission)
    if booking_import.state != PREVIEWED:
        raise Conflict("already_decided")
    return booking_import


def _decide(session: Session, actor: Actor, booking_import: BookingImport, state: str) -> None:
    booking_import.state, booking_import.content, booking_import.decided_at = state, None, func.now()
    session.flush()
    audit.record(session, actor, f"bookings.{state}", booking_import.reference, count=booking_import.good)


def _mark_imported_before(session: Session, parsed: ParsedFile) -> ParsedFile:
    """Moves references that an earlier file has imported to the faults."""
    file_references = [row.reference for row in parsed.rows]
    known_references = set(
        session.scalars(
            select(Booking.reference).where(Booking.reference == any_(literal(file_references, ARRAY(Text))))
        )
    )
    repeated = [
        Fault(row.line, "reference", "imported_before", row.reference)
        for row in parsed.rows
        if row.reference in known_references
    ]
    faults = sorted([*parsed.faults, *repeated], key=lambda fault: fault.line)
    return ParsedFile([row for row in parsed.rows if row.reference not in known_references], faults)


def _write(session: Session, booking_import: BookingImport, window: Phase, good_rows: list[Row]) -> None:
    """Writes all rows in one statement; row-level security does not allow COPY."""
    columns = {
        "references": [row.reference for row in good_rows],
        "numbers": [row.national_number for row in good_rows],
        "names": [row.given_name for row in good_rows],
        "transactions": [row.transaction for row in good_rows],
        "days": [row.booked_for for row in good_rows],
        "states": [state_of(row, window) for row in good_rows],
    }
    session.execute(
        WRITE,
        {
            "mission": booking_import.mission,
            "phase": booking_import.phase,
            "came_in": booking_import.reference,
            **columns,
        },
    )


def find(session: Session, actor: Actor, reference: str) -> BookingImport:
    """An import of the actor's mission. Raises NotFound."""
    booking_import = find_row(session, BookingImport, reference)
    check_access(actor, "booking.read", mission=booking_import.mission)
    return booking_import


def list_imports(session: Session) -> list[dict[str, Any]]:
    """The latest files."""
    query = select(BookingImport).order_by(BookingImport.uploaded_at.desc(), BookingImport.reference)
    return [serialise(booking_import) for booking_import in session.scalars(query.limit(LIST_LENGTH))]


def serialise(booking_import: BookingImport) -> dict[str, Any]:
    """As the interface shows it: the first faults, and how many there are."""
    return {
        "reference": booking_import.reference,
        "phase": booking_import.phase,
        "filename": booking_import.filename,
        "good": booking_import.good,
        "early": booking_import.early,
        "faults": booking_import.faults[:FAULT_COUNT],
        "faulty": len(booking_import.faults),
        "state": booking_import.state,
        "uploaded_at": booking_import.uploaded_at.isoformat(),
    }
