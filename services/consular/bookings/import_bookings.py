"""Imports an older platform's bookings: first a preview of the whole file, then its good rows, or nothing."""

from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ARRAY, Text, any_, func, literal, select, text, update
from sqlalchemy.orm import Session

from services.consular.bookings import phases, rows
from services.consular.bookings.booked_days import ORDERS
from services.consular.bookings.model import Booking, BookingImport, Phase
from services.consular.bookings.rows import Answers, Fault, ParsedFile, Row
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
FAULT_COUNT, LIST_LENGTH, SAMPLE_ROWS = 20, 20, 10
# Of a file that was decided nothing personal is kept; its sample goes.
SAMPLE, SHOWN_AT = "sample", "shown_at"
EMPTY_SUMMARY: dict[str, Any] = {
    "first_day": None, "last_day": None, "corrected": 0, "lost_zeros": 0, "asks_order": False,
    "suggested_order": None, "encoding": None, SAMPLE: [],
}  # fmt: skip
NEW, CORRECTION = "new", "correction"
UNCHANGED, CLAIMED, CHANGED_SINCE = "imported_before", "claimed_before", "changed_since"
WRITE = text(
    "INSERT INTO booking"
    " (mission, phase, came_in, reference, national_number, given_name, transaction, booked_for, state)"
    " SELECT :mission, :phase, :came_in, * FROM unnest(CAST(:references AS text[]), CAST(:numbers AS text[]),"
    " CAST(:names AS text[]), CAST(:transactions AS text[]), CAST(:days AS date[]), CAST(:states AS text[]))"
    # A corrected file corrects what nobody has claimed. A claim that was faster stands.
    " ON CONFLICT (mission, reference) DO UPDATE SET phase = excluded.phase, came_in = excluded.came_in,"
    " national_number = excluded.national_number, given_name = excluded.given_name,"
    " transaction = excluded.transaction, booked_for = excluded.booked_for, state = excluded.state, changed_at = now()"
    " WHERE booking.application IS NULL RETURNING reference"
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
    booking_import = BookingImport(
        reference=references.new(mission, REFERENCE_LENGTH, "J"),
        mission=mission,
        phase=phase,
        filename=strip_controls(filename)[:FILENAME_LENGTH],
        content=content,
        state=PREVIEWED,
        date_order=None,
        zeros_restored=False,
        uploaded_by=actor.id,
        uploaded_at=func.now(),
    )
    _summarise(session, booking_import, window)
    session.add(booking_import)
    session.flush()
    audit.record(
        session,
        actor,
        "bookings.previewed",
        booking_import.reference,
        good=booking_import.good,
        faults=len(booking_import.faults),
    )
    return booking_import


def answer(
    session: Session, actor: Actor, reference: str, date_order: str | None, *, restore_zeros: bool
) -> BookingImport:
    """Reads a previewed file again by what a person said about it. Raises Invalid for an unknown order, Conflict."""
    booking_import = _load_undecided(session, actor, reference)
    if date_order is not None and date_order not in ORDERS:
        raise Invalid("unknown_choice", field="date_order")
    booking_import.date_order, booking_import.zeros_restored = date_order, restore_zeros
    _summarise(session, booking_import, phases.find(session, booking_import.phase))
    session.flush()
    audit.record(session, actor, "bookings.answered", reference, order=date_order, zeros=restore_zeros)
    return booking_import


def _summarise(
    session: Session, booking_import: BookingImport, window: Phase, shown_at: datetime | None = None
) -> ParsedFile:
    """Reads the file and notes on it what the preview shows.

    With `shown_at`, bookings that changed after the preview are no longer corrected: nobody has seen that.
    """
    answers = Answers(booking_import.date_order, booking_import.zeros_restored)
    parsed, corrected = _compare_with_imported(
        session, rows.read(booking_import.content or b"", answers), booking_import.phase, shown_at
    )
    days = [row.booked_for for row in parsed.rows]
    booking_import.good = len(parsed.rows)
    booking_import.early = sum(state_of(row, window) == "early" for row in parsed.rows)
    booking_import.faults = [asdict(fault) for fault in parsed.faults]
    booking_import.summary = {
        "first_day": min(days).isoformat() if days else None,
        "last_day": max(days).isoformat() if days else None,
        "corrected": corrected,
        "lost_zeros": parsed.lost_zeros,
        "asks_order": parsed.asks_order,
        "suggested_order": parsed.suggested_order,
        "encoding": parsed.encoding,
        SHOWN_AT: now(session).isoformat(),
        SAMPLE: [asdict(row) | {"booked_for": row.booked_for.isoformat()} for row in parsed.rows[:SAMPLE_ROWS]],
    }
    return parsed


def state_of(row: Row, window: Phase) -> str:
    """The state of a new booking. One too near its day stays with the older platform, and is stored for its holder's
    information."""
    return "open" if row.booked_for > phases.qualifies_after(window) else "early"


def import_file(session: Session, actor: Actor, reference: str) -> BookingImport:
    """Imports the good rows. Raises Conflict once the file is decided, and while the order of its days is unknown.

    A reference that another file has imported unchanged since the preview, or that was claimed, joins the faults.
    """
    booking_import = _load_undecided(session, actor, reference)
    if booking_import.summary.get("asks_order") and booking_import.date_order is None:
        raise Conflict(rows.ORDER_NEEDED)
    # One file of a mission at a time, so that two with the same references see each other.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"bookings {booking_import.mission}"))))
    window = phases.find(session, booking_import.phase)
    shown_at = datetime.fromisoformat(booking_import.summary[SHOWN_AT])
    parsed = _summarise(session, booking_import, window, shown_at)
    booking_import.good = _write(session, booking_import, window, parsed.rows)
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
        .values(state=DROPPED, content=None, decided_at=func.now(), summary=BookingImport.summary.op("-")(SAMPLE))
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
    booking_import.summary = {name: value for name, value in booking_import.summary.items() if name != SAMPLE}
    session.flush()
    audit.record(session, actor, f"bookings.{state}", booking_import.reference, count=booking_import.good)


def _compare_with_imported(
    session: Session, parsed: ParsedFile, phase: str, shown_at: datetime | None
) -> tuple[ParsedFile, int]:
    """The file without rows that are imported already or claimed, which join the faults; and how many rows correct."""
    file_references = [row.reference for row in parsed.rows]
    imported = {
        booking.reference: booking
        for booking in session.scalars(
            select(Booking)
            .where(Booking.reference == any_(literal(file_references, ARRAY(Text))))
            .execution_options(populate_existing=True)
        )
    }
    codes = {row.line: _row_kind(row, imported.get(row.reference), phase, shown_at) for row in parsed.rows}
    repeated = [
        Fault(row.line, "reference", code, row.reference)
        for row in parsed.rows
        if (code := codes[row.line]) not in (NEW, CORRECTION)
    ]
    good_rows = [row for row in parsed.rows if codes[row.line] in (NEW, CORRECTION)]
    faults = sorted([*parsed.faults, *repeated], key=lambda fault: fault.line)
    return replace(parsed, rows=good_rows, faults=faults), list(codes.values()).count(CORRECTION)


def _row_kind(row: Row, booking: Booking | None, phase: str, shown_at: datetime | None) -> str:
    """What a row is to the booking with its reference."""
    if booking is None:
        return NEW
    if booking.application is not None:
        return CLAIMED
    columns = ("national_number", "given_name", "transaction", "booked_for")
    is_same = booking.phase == phase and all(getattr(booking, name) == getattr(row, name) for name in columns)
    if is_same:
        return UNCHANGED
    return CHANGED_SINCE if shown_at and booking.changed_at > shown_at else CORRECTION


def _write(session: Session, booking_import: BookingImport, window: Phase, good_rows: list[Row]) -> int:
    """Writes all rows in one statement; row-level security does not allow COPY. Returns how many were written."""
    columns = {
        "references": [row.reference for row in good_rows],
        "numbers": [row.national_number for row in good_rows],
        "names": [row.given_name for row in good_rows],
        "transactions": [row.transaction for row in good_rows],
        "days": [row.booked_for for row in good_rows],
        "states": [state_of(row, window) for row in good_rows],
    }
    written = session.execute(
        WRITE,
        {
            "mission": booking_import.mission,
            "phase": booking_import.phase,
            "came_in": booking_import.reference,
            **columns,
        },
    )
    return len(written.all())


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
        "date_order": booking_import.date_order,
        "zeros_restored": booking_import.zeros_restored,
        **EMPTY_SUMMARY,
        **{name: value for name, value in booking_import.summary.items() if name != SHOWN_AT},
        "uploaded_at": booking_import.uploaded_at.isoformat(),
    }
