"""Brings an older platform's bookings in: a preview of the whole file first, then its good rows, or nothing."""

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
from shared.errors import Conflict, Invalid, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.values import references
from shared.values.person import strip_controls

PREVIEWED, KEPT, DROPPED = "previewed", "kept", "dropped"
REFERENCE_LENGTH, FILENAME_LENGTH = 10, 120
MOST_BYTES = 8 * 1024 * 1024
UNDECIDED_LIVES = timedelta(days=1)
FAULTS_SHOWN, MOST_LISTED = 20, 20
WRITE = text(
    "INSERT INTO booking"
    " (mission, phase, came_in, reference, national_number, given_name, transaction, booked_for, state)"
    " SELECT :mission, :phase, :came_in, * FROM unnest(CAST(:references AS text[]), CAST(:numbers AS text[]),"
    " CAST(:names AS text[]), CAST(:transactions AS text[]), CAST(:days AS date[]), CAST(:states AS text[]))"
)


def preview(session: Session, actor: Actor, phase: str, filename: str, content: bytes) -> BookingImport:
    """Reads a file and keeps it aside with what is wrong in it; no booking is brought in yet.

    Raises Invalid for what is no such table, NotFound for an unknown phase.
    """
    mission = session.info["mission"]
    check_access(actor, "booking.import", mission=mission)
    if len(content) > MOST_BYTES:
        raise Invalid("file_too_large", field="file")
    window = phases.find(session, phase)
    reading = _against_earlier(session, rows.read(content))
    made = BookingImport(
        reference=references.new(mission, REFERENCE_LENGTH, "J"),
        mission=mission,
        phase=phase,
        filename=strip_controls(filename)[:FILENAME_LENGTH],
        content=content,
        good=len(reading.rows),
        early=sum(state_of(row, window) == "early" for row in reading.rows),
        faults=[asdict(fault) for fault in reading.faults],
        state=PREVIEWED,
        uploaded_by=actor.id,
        uploaded_at=func.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "bookings.previewed", made.reference, good=made.good, faults=len(reading.faults))
    return made


def state_of(row: Row, window: Phase) -> str:
    """A booking too near its day stays with the older platform; it is kept so that its holder can be told."""
    return "open" if row.booked_for > phases.qualifies_after(window) else "early"


def import_file(session: Session, actor: Actor, reference: str) -> BookingImport:
    """Brings the good rows in. Raises Conflict once it is decided; repeating it changes nothing more.

    A reference that came in by another file since the preview joins the faults: nobody's booking is written over.
    """
    made = _undecided(session, actor, reference)
    # One file of a mission at a time, so that two with the same references see each other.
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"bookings {made.mission}"))))
    window = phases.find(session, made.phase)
    reading = _against_earlier(session, rows.read(made.content or b""))
    _write(session, made, window, reading.rows)
    made.good = len(reading.rows)
    made.faults = [asdict(fault) for fault in reading.faults]
    _decide(session, actor, made, KEPT)
    return made


def drop(session: Session, actor: Actor, reference: str) -> BookingImport:
    """Forgets the file; nothing is brought in."""
    made = _undecided(session, actor, reference)
    _decide(session, actor, made, DROPPED)
    return made


def forget_old(session: Session, actor: Actor) -> int:
    """Drops files of the session's mission that nobody decided about in a day: their people's data lie in them."""
    dropped = session.scalars(
        update(BookingImport)
        .where(BookingImport.state == PREVIEWED, BookingImport.uploaded_at < now(session) - UNDECIDED_LIVES)
        .values(state=DROPPED, content=None, decided_at=func.now())
        .returning(BookingImport.reference)
        .execution_options(synchronize_session=False)
    ).all()
    for reference in dropped:
        audit.record(session, actor, "bookings.dropped", reference, reason="undecided")
    return len(dropped)


def _undecided(session: Session, actor: Actor, reference: str) -> BookingImport:
    held = select(BookingImport).where(BookingImport.reference == reference).with_for_update()
    made = session.scalar(held.execution_options(populate_existing=True))
    if made is None:
        raise NotFound()
    check_access(actor, "booking.import", mission=made.mission)
    if made.state != PREVIEWED:
        raise Conflict("already_decided")
    return made


def _decide(session: Session, actor: Actor, made: BookingImport, state: str) -> None:
    made.state, made.content, made.decided_at = state, None, func.now()
    session.flush()
    audit.record(session, actor, f"bookings.{state}", made.reference, count=made.good)


def _against_earlier(session: Session, reading: ParsedFile) -> ParsedFile:
    """References that are known from an earlier file are faults of this one."""
    named = [row.reference for row in reading.rows]
    known = set(
        session.scalars(select(Booking.reference).where(Booking.reference == any_(literal(named, ARRAY(Text)))))
    )
    again = [
        Fault(row.line, "reference", "imported_before", row.reference) for row in reading.rows if row.reference in known
    ]
    faults = sorted([*reading.faults, *again], key=lambda fault: fault.line)
    return ParsedFile([row for row in reading.rows if row.reference not in known], faults)


def _write(session: Session, made: BookingImport, window: Phase, good: list[Row]) -> None:
    """All of them in one statement; the wall between missions does not let COPY through."""
    columns = {
        "references": [row.reference for row in good],
        "numbers": [row.national_number for row in good],
        "names": [row.given_name for row in good],
        "transactions": [row.transaction for row in good],
        "days": [row.booked_for for row in good],
        "states": [state_of(row, window) for row in good],
    }
    session.execute(WRITE, {"mission": made.mission, "phase": made.phase, "came_in": made.reference, **columns})


def find(session: Session, actor: Actor, reference: str) -> BookingImport:
    """An import of the actor's mission. Raises NotFound."""
    made = session.get(BookingImport, reference)
    if made is None:
        raise NotFound()
    check_access(actor, "booking.read", mission=made.mission)
    return made


def list_imports(session: Session) -> list[dict[str, Any]]:
    """The latest files."""
    wanted = select(BookingImport).order_by(BookingImport.uploaded_at.desc(), BookingImport.reference)
    return [serialise(made) for made in session.scalars(wanted.limit(MOST_LISTED))]


def serialise(made: BookingImport) -> dict[str, Any]:
    """As the interface shows it: the first faults, and how many there are."""
    return {
        "reference": made.reference,
        "phase": made.phase,
        "filename": made.filename,
        "good": made.good,
        "early": made.early,
        "faults": made.faults[:FAULTS_SHOWN],
        "faulty": len(made.faults),
        "state": made.state,
        "uploaded_at": made.uploaded_at.isoformat(),
    }
