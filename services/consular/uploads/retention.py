"""Ends what is kept for a limited time: files that were removed, and files of closed applications; then their blobs."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import FINAL
from services.consular.uploads import blobs, corrections, rules
from services.consular.uploads.intake import Intake
from services.consular.uploads.model import BlobUse, Upload
from shared.database import audit, db
from shared.identity.actor import Actor

BATCH = 500


def end_due(session: Session, actor: Actor) -> int:
    """Ends the use of what is no longer kept at the session's mission. Gives how many uploads ended."""
    now = db.now(session)
    used = exists().where(BlobUse.owner == Upload.id)
    is_compared = corrections.keeps(Upload) & exists().where(
        Application.reference == Upload.application, Application.status.not_in(FINAL)
    )
    is_old = Upload.removed_at < now - timedelta(days=rules.REMOVED_KEPT_DAYS)
    removed = select(Upload.id).where(used, is_old, ~is_compared)
    closed = (
        select(Upload.id)
        .join(Application, Application.reference == Upload.application)
        .where(
            Upload.removed_at.is_(None),
            Application.status.in_(FINAL),
            Application.changed_at < now - timedelta(days=rules.CLOSED_KEPT_DAYS),
        )
    )
    ended = [*session.scalars(removed.limit(BATCH)), *session.scalars(closed.limit(BATCH))]
    if not ended:
        return 0
    session.execute(
        update(Upload).where(Upload.id.in_(ended), Upload.removed_at.is_(None)).values(removed_at=now, content=None)
    )
    blobs.release(session, ended)
    audit.record(session, actor, "papers.deleted", str(actor.mission), count=len(ended))
    return len(ended)


def delete_unused(intake: Intake, actor: Actor) -> int:
    """Deletes the blobs of a mission that nobody uses, and gives their number. Raises Unavailable.

    The marks are committed first: a blob that is being deleted cannot be reserved, and a crash leaves the marks.
    """
    mission = str(actor.mission)
    with intake.database.scope(mission) as session:
        marked = blobs.mark_unused(session)
    for _, address in marked:
        intake.storage.delete(mission, address)
    with intake.database.scope(mission) as session:
        blobs.forget(session, [address for _, address in marked])
    return len(marked)


def delete_now(intake: Intake, mission: str, addresses: Sequence[str]) -> None:
    """Deletes blobs that were just released, unless somebody else uses them. What fails here the hourly job repeats."""
    if not addresses:
        return
    with intake.database.scope(mission) as session:
        marked = blobs.mark_released(session, addresses)
    for address in marked:
        intake.storage.delete(mission, address)
    with intake.database.scope(mission) as session:
        blobs.forget(session, marked)
