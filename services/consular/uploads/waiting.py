"""Scans uploads that were stored while the scanner did not answer; until then nobody reads them."""

import time

from sqlalchemy import ColumnElement, select, update

from services.consular.uploads import blobs
from services.consular.uploads.blobs import ORIGINAL, SERVED, THUMBNAIL
from services.consular.uploads.intake import Intake
from services.consular.uploads.model import Upload
from services.consular.uploads.rules import READABLE, REFUSED, WAITING
from services.consular.uploads.scanner import ScannerDown
from shared.database import audit
from shared.identity.actor import Actor

BATCH = 50


def scan_waiting(intake: Intake, actor: Actor, until: float = float("inf")) -> int:
    """Scans the mission's waiting uploads, and gives how many have a verdict. Ends early while the scanner is down.

    Without any scanner they stay unread: whoever takes the setting away does not make them clean.
    """
    if intake.scanner is None:
        return 0
    mission, scanned = str(actor.mission), 0
    with intake.database.scope(mission) as session:
        waiting = session.scalars(select(Upload.id).where(_waits()).order_by(Upload.id).limit(BATCH)).all()
    for upload_id in waiting:
        if time.monotonic() > until:
            break
        with intake.database.scope(mission) as session:
            original = blobs.find(session, upload_id, ORIGINAL)
        if original is None:
            continue
        try:
            infected = intake.scanner.is_infected(intake.read(original))
        except ScannerDown:
            break
        _note(intake, actor, upload_id, infected=infected)
        scanned += 1
    return scanned


def _waits() -> ColumnElement[bool]:
    return (Upload.state == WAITING) & Upload.removed_at.is_(None)


def _note(intake: Intake, actor: Actor, upload_id: str, *, infected: bool) -> None:
    fault = "file_infected" if infected else None
    with intake.database.scope(actor.mission) as session:
        application = session.scalar(
            update(Upload)
            .where(Upload.id == upload_id, _waits())
            .values(state=REFUSED if infected else READABLE, fault=fault)
            .returning(Upload.application)
        )
        if application is None:
            return
        if infected:
            blobs.release(session, [upload_id], (SERVED, THUMBNAIL))
        audit.record(session, actor, "paper.scanned", application, paper=upload_id, reason=fault)
