"""Doubt about whose a person is: what is doubted is frozen until two officers have decided."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session

from services.gateway.accounts.levels import FROZEN_BY_REPORT, MAY
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, Contest
from services.gateway.accounts.sessions import Visitor, actor_of
from shared.database import audit, db
from shared.errors import Conflict, NotAllowed
from shared.identity.actor import Actor
from shared.reasons import required_text
from shared.values import references

REPORTED, PROOF, OFFICER = "reported", "proof", "officer"
REFERENCE_LENGTH, REFERENCE_MARK, REASON_LENGTH = 10, "C", 300


def holder_of(session: Session, person: str) -> Account | None:
    """The account to which a person is tied, locked."""
    return session.scalar(select(Account).where(Account.person == person).with_for_update())


def is_contested(session: Session, person: str) -> bool:
    """Whether somebody doubts whose the person is."""
    return session.scalar(select(Contest.reference).where(_is_open(person))) is not None


def is_held_back(session: Session, person: str) -> bool:
    """Whether officers have to decide before anybody proves to be the person. A report alone holds nobody back."""
    query = select(Contest.reference).where(_is_open(person), Contest.cause != REPORTED)
    return session.scalar(query) is not None


def has_reported(session: Session, account: Account) -> bool:
    """Whether the account's owner has said that somebody else uses their identity."""
    if account.declared_person is None:
        return False
    query = select(Contest.reference).where(_is_open(account.declared_person), Contest.account_id == account.id)
    return session.scalar(query) is not None


def report(session: Session, visitor: Visitor) -> None:
    """The visitor says that somebody else uses their identity. The answer is the same whether anybody does.

    A report freezes an account that was never proven; a proven one waits for an officer, so that nobody who knows what
    stands on a card can lock its owner out.
    """
    account = session.get_one(Account, visitor.account, with_for_update=True)
    if visitor.level not in MAY["report"] or account.declared_person is None:
        raise NotAllowed()
    holder = holder_of(session, account.declared_person)
    _open(session, account, account.declared_person, REPORTED)
    if holder is not None and holder.id != account.id and holder.assurance in FROZEN_BY_REPORT:
        put_on_hold(session, holder, REPORTED)
    audit.record(session, actor_of(account), "identity.report", account.id)


def open_by_proof(session: Session, account: Account, holder: Account, person: str) -> None:
    """Opens a contest where two accounts have a proof for one person, and freezes both."""
    _open(session, account, person, PROOF)
    for each in (account, holder):
        put_on_hold(session, each, PROOF)
    audit.record(session, actor_of(account), "identity.contest", account.id, other=holder.id)


def hold_by_officer(session: Session, actor: Actor, account: Account, reason: str) -> None:
    """Freezes an account at once, with a reason. One officer may: it takes two to end it.

    Raises Invalid on `reason`, Conflict when it is frozen, NotAllowed for staff.
    """
    text = required_text(reason, REASON_LENGTH, "reason")
    if account.role != "expatriate":
        raise NotAllowed()
    if account.frozen_at is not None:
        raise Conflict("account_frozen")
    person = account.person or account.declared_person
    if person is not None:
        _open(session, account, person, OFFICER)
    put_on_hold(session, account, text)
    audit.record(session, actor, "identity.freeze", account.id, person=person)


def put_on_hold(session: Session, account: Account, reason: str) -> None:
    """From the next request on its owner reads and changes nothing of the person."""
    if account.frozen_at is None:
        account.frozen_at, account.frozen_reason = db.now(session), reason
        queue.withhold_waiting(session, account.id)
        queue.tell(session, account, queue.ACCOUNT_ON_HOLD)


def close(session: Session, person: str) -> None:
    """Ends the doubt about a person."""
    session.execute(update(Contest).where(_is_open(person)).values(closed_at=db.now(session)))


def concerned(session: Session, person: str) -> Sequence[Account]:
    """Every account that has the person or declares it, locked."""
    declared_or_tied = or_(Account.person == person, Account.declared_person == person)
    return session.scalars(select(Account).where(declared_or_tied).order_by(Account.id).with_for_update()).all()


def _open(session: Session, account: Account, person: str, cause: str) -> None:
    same = select(Contest.reference).where(_is_open(person), Contest.account_id == account.id)
    if session.scalar(same) is None:
        session.add(
            Contest(
                reference=references.new(account.home_mission, REFERENCE_LENGTH, REFERENCE_MARK),
                home_mission=account.home_mission,
                person=person,
                account_id=account.id,
                cause=cause,
                opened_at=db.now(session),
            )
        )
        session.flush()


def _is_open(person: str) -> ColumnElement[bool]:
    return and_(Contest.person == person, Contest.closed_at.is_(None))
