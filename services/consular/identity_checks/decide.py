"""Opens a check, lists those that wait, decides them. The files are the caller's: see `owners`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.identity_checks.model import IdentityCheck
from shared.database import audit, db
from shared.errors import Conflict, NotFound
from shared.identity.access import check_access
from shared.identity.actor import Actor
from shared.reasons import check_choice
from shared.values import references

COLLECTING, WAITING, ACCEPTED, REFUSED, EXPIRED = "collecting", "waiting", "accepted", "refused", "expired"
PASSPORT, FACE = "passport", "face"
FILES = (PASSPORT, FACE)
REASONS = ("unreadable", "not_the_same_person", "not_a_passport", "other_person_declared")
KEPT = timedelta(days=30)
REFERENCE_LENGTH, MARK, LIST_LENGTH = 10, "F", 100


def open_check(session: Session, actor: Actor, mission: str) -> IdentityCheck:
    """The account's open check, locked; a new one where it has none. Raises Conflict while it waits for an officer."""
    check = session.scalar(
        select(IdentityCheck)
        .where(IdentityCheck.account == actor.id, IdentityCheck.state.in_((COLLECTING, WAITING)))
        .with_for_update()
    )
    if check is not None and check.state == WAITING:
        raise Conflict("check_waits")
    if check is None:
        check = IdentityCheck(
            reference=references.new(mission, REFERENCE_LENGTH, MARK),
            mission=mission,
            account=actor.id,
            state=COLLECTING,
            requested_at=db.now(session),
        )
        session.add(check)
        session.flush()
        audit.record(session, actor, "identity_check.requested", check.reference)
    return check


def complete(session: Session, check: IdentityCheck) -> None:
    """Both files are there: officers see it from now on."""
    check.state, check.requested_at = WAITING, db.now(session)
    session.flush()


def latest_of(session: Session, actor: Actor) -> IdentityCheck | None:
    """The account's latest check."""
    query = select(IdentityCheck).where(IdentityCheck.account == actor.id)
    return session.scalar(query.order_by(IdentityCheck.requested_at.desc()).limit(1))


def list_waiting(session: Session, actor: Actor) -> Sequence[IdentityCheck]:
    """The checks that wait at the session's mission, oldest first."""
    query = select(IdentityCheck).where(IdentityCheck.state == WAITING).order_by(IdentityCheck.requested_at)
    rows = session.scalars(query.limit(LIST_LENGTH)).all()
    audit.record(session, actor, "identity_check.listed", str(actor.mission), count=len(rows))
    return rows


def find(session: Session, actor: Actor, action: str, reference: str, *, lock: bool = False) -> IdentityCheck:
    """A check of the officer's mission. Raises NotFound."""
    check = session.get(IdentityCheck, reference, with_for_update=lock or None, populate_existing=True)
    if check is None:
        raise NotFound()
    check_access(actor, action, mission=check.mission)
    return check


def decide(session: Session, actor: Actor, reference: str, verdict: str, reason: str) -> IdentityCheck:
    """Decides a check; the same officer may repeat the same verdict. The caller releases its files.

    Raises Invalid on `reason` for a refusal without one, Conflict (already_decided).
    """
    check = find(session, actor, "identity_check.decide", reference, lock=True)
    if verdict == REFUSED:
        check_choice(reason, REASONS, "reason")
    if check.state != WAITING:
        if (check.state, check.decided_by) == (verdict, actor.id):
            return check
        raise Conflict("already_decided")
    check.state, check.decided_by, check.decided_at = verdict, actor.id, db.now(session)
    check.reason = reason if verdict == REFUSED else None
    session.flush()
    audit.record(session, actor, f"identity_check.{verdict}", reference, reason=check.reason)
    return check


def expire_due(session: Session, actor: Actor) -> list[str]:
    """Ends checks of the session's mission that nobody completed or decided in time. Gives their references."""
    due = IdentityCheck.state.in_((COLLECTING, WAITING)), IdentityCheck.requested_at < db.now(session) - KEPT
    checks = session.scalars(select(IdentityCheck).where(*due).with_for_update(skip_locked=True)).all()
    for check in checks:
        check.state, check.decided_at, check.decided_by = EXPIRED, db.now(session), actor.id
        audit.record(session, actor, "identity_check.expired", check.reference)
    session.flush()
    return [check.reference for check in checks]


def owners(reference: str) -> list[str]:
    """By which names the store knows the files of a check."""
    return [owner(reference, which) for which in FILES]


def owner(reference: str, which: str) -> str:
    """By which name the store knows one file of a check."""
    return f"{reference}/{which}"


def serialise(check: IdentityCheck) -> dict[str, Any]:
    """As the interface shows it."""
    return {
        "reference": check.reference,
        "account": check.account,
        "state": check.state,
        "reason": check.reason,
        "requested_at": check.requested_at.isoformat(),
    }
