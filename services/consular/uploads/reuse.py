"""Accepted papers of a person's earlier applications, offered again while they are valid."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from services.consular.applications.model import Application
from services.consular.applications.rules import Status
from services.consular.uploads import blobs, rules
from services.consular.uploads.blobs import StoredFile
from services.consular.uploads.intake import TakenFile
from services.consular.uploads.model import BlobUse, Upload
from services.consular.uploads.store import store_upload
from shared.database import db
from shared.errors import NotFound
from shared.identity.actor import Actor

# The statuses that an application only has once an officer has accepted its papers.
_ACCEPTED = (Status.WITH_AUTHORITY, Status.READY, Status.COLLECTED)


def offered(session: Session, actor: Actor, application: Application, names: Sequence[str]) -> list[Upload]:
    """The latest accepted file of each of these papers, where it is still valid: of the same person, filed by the
    same one who asks now."""
    is_party = or_(Application.person == actor.person, Application.acting == actor.person)
    of_person = (Application.person == application.person, is_party, Application.reference != application.reference)
    valid = [
        (Upload.name == name) & (Upload.added_at > db.now(session) - timedelta(days=rules.REUSED_FOR_DAYS[name]))
        for name in names
        if name in rules.REUSED_FOR_DAYS
    ]
    if not valid:
        return []
    rows = session.scalars(
        select(Upload)
        .join(Application, Application.reference == Upload.application)
        .where(*of_person, Application.status.in_(_ACCEPTED), or_(*valid))
        .where(Upload.removed_at.is_(None), Upload.state == rules.READABLE)
        .where(exists().where(BlobUse.owner == Upload.id, BlobUse.role == blobs.SERVED))
        .order_by(Upload.added_at)
    )
    return list({one.name: one for one in rows}.values())


def reuse(session: Session, actor: Actor, application: Application, names: Sequence[str], upload_id: str) -> Upload:
    """Hands an offered file in for this application too. Raises NotFound for any other, Conflict (too_many_papers)."""
    found = next((one for one in offered(session, actor, application, names) if one.id == upload_id), None)
    if found is None:
        raise NotFound()
    uses = session.scalars(select(BlobUse).where(BlobUse.owner == found.id)).all()
    files = [
        StoredFile(one.role, one.page, one.type, one.address, one.start, one.size, one.width, one.height)
        for one in uses
    ]
    taken = TakenFile(found.type, found.size, found.sha256, found.pages, found.state, files)
    reference, mission = application.reference, application.mission
    return store_upload(session, actor, reference, mission, found.name, found.filename, taken)
