"""Moves bytes that earlier versions kept in rows into the store, written anew. Safe to run twice and to interrupt."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from services.consular.people.model import Mandate
from services.consular.uploads import blobs
from services.consular.uploads.blobs import StoredFile
from services.consular.uploads.decoding.result import Fault
from services.consular.uploads.intake import Intake, TakenFile, judge
from services.consular.uploads.model import Upload
from services.consular.uploads.rules import REFUSED
from shared.database import audit
from shared.identity.actor import Actor

BATCH = 20


@dataclass(frozen=True)
class MovedFile:
    """What lies in the store now. With a fault it is the sealed original alone, which nobody may see."""

    fault: str | None
    file: TakenFile | None
    files: Sequence[StoredFile]


def transfer_uploads(intake: Intake, actor: Actor, until: float = float("inf")) -> int:
    """Moves the mission's uploads one by one, each in its own commit, until a moment of the monotonic clock.

    Gives how many were moved. Raises Unavailable when the store or the scanner is down; what was moved stays moved.
    """
    return _transfer_all(intake, actor, until, Upload.id, Upload.content.is_not(None), transfer_upload)


def transfer_scans(intake: Intake, actor: Actor, until: float = float("inf")) -> int:
    """Moves the scans of the mission's deeds likewise."""
    return _transfer_all(intake, actor, until, Mandate.reference, Mandate.scan.is_not(None), transfer_scan)


def _transfer_all(
    intake: Intake, actor: Actor, until: float, key: Any, unmoved: Any, transfer: Callable[[Intake, Actor, str], None]
) -> int:
    moved = 0
    while time.monotonic() < until:
        with intake.database.scope(actor.mission) as session:
            keys = session.scalars(select(key).where(unmoved).order_by(key).limit(BATCH)).all()
        if not keys:
            break
        for one in keys:
            transfer(intake, actor, one)
            moved += 1
            if time.monotonic() > until:
                break
    return moved


def transfer_upload(intake: Intake, actor: Actor, upload_id: str) -> None:
    """Moves one upload; one that another process moved meanwhile stays as it is."""
    mission = str(actor.mission)
    with intake.database.scope(mission) as session:
        data = session.scalar(select(Upload.content).where(Upload.id == upload_id))
    if data is None:
        return
    moved = _store(intake, mission, data)
    values: dict[str, object] = {"state": REFUSED, "fault": moved.fault}
    if (file := moved.file) is not None:
        values = {"state": file.state, "type": file.type, "size": file.size, "pages": file.pages}
        values |= {"thumbnails": file.thumbnails}
    with intake.database.scope(mission) as session:
        unmoved = Upload.id == upload_id, Upload.content.is_not(None)
        statement = update(Upload).where(*unmoved).values(content=None, **values).returning(Upload.application)
        if application := session.scalar(statement):
            blobs.use(session, mission, upload_id, moved.files)
            audit.record(session, actor, "paper.moved", application, paper=upload_id, reason=moved.fault)


def transfer_scan(intake: Intake, actor: Actor, reference: str) -> None:
    """Moves the scan of one deed."""
    mission = str(actor.mission)
    with intake.database.scope(mission) as session:
        data = session.scalar(select(Mandate.scan).where(Mandate.reference == reference))
    if data is None:
        return
    moved = _store(intake, mission, data)
    values = {"scan_type": moved.file.type} if moved.file else {}
    with intake.database.scope(mission) as session:
        unmoved = Mandate.reference == reference, Mandate.scan.is_not(None)
        statement = update(Mandate).where(*unmoved).values(scan=None, **values).returning(Mandate.reference)
        if session.scalar(statement):
            blobs.use(session, mission, reference, moved.files)
            audit.record(session, actor, "mandate.scan_moved", reference, reason=moved.fault)


def _store(intake: Intake, mission: str, data: bytes) -> MovedFile:
    """Raises Unavailable."""
    try:
        file = intake.store(mission, data, judge(data), intake.state_of(data))
    except Fault as fault:
        return MovedFile(fault.code, None, intake.store_original(mission, data))
    return MovedFile(None, file, file.files)
