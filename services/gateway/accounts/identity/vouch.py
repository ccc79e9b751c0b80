"""Somebody confirmed at a counter vouches for another person, by name, at most three times a year."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.gateway.accounts.identity import contests
from services.gateway.accounts.identity.prove import prove
from services.gateway.accounts.levels import MAY, MAY_VOUCH, Assurance, Level, level_of
from services.gateway.accounts.model import Account, Vouching
from services.gateway.accounts.registration.register import number_key
from services.gateway.accounts.sessions import Visitor
from shared.database import audit, db
from shared.errors import Conflict, Invalid, Refusal
from shared.reasons import check_choice
from shared.values import references

RELATIONS = ("spouse", "relative", "friend", "colleague")
YEARLY, YEAR = 3, timedelta(days=365)
LONGEST = 300


def may_vouch(session: Session, visitor: Visitor) -> bool:
    """Whether the visitor was confirmed at a counter."""
    account = session.get_one(Account, visitor.account)
    return visitor.level in MAY["vouch"] and account.assurance in MAY_VOUCH


def vouch(session: Session, secret: str, visitor: Visitor, claim: str, number: str, relation: str) -> None:
    """Proves the account with this claim and national number; the voucher's name stands with it.

    Raises Refusal (may_not_vouch, vouched_enough), Invalid by field, Conflict (vouching_not_possible) for a person who
    is contested, tied already, or who vouched for the voucher.
    """
    voucher = session.get_one(Account, visitor.account, with_for_update=True, populate_existing=True)
    if level_of(voucher) not in MAY["vouch"] or voucher.assurance not in MAY_VOUCH:
        raise Refusal("may_not_vouch")
    check_choice(relation, RELATIONS, "relation")
    since = db.now(session) - YEAR
    recent = select(func.count()).where(Vouching.voucher_id == voucher.id, Vouching.at > since)
    if (session.scalar(recent) or 0) >= YEARLY:
        raise Refusal("vouched_enough", n=YEARLY)
    account = _find(session, secret, claim, number)
    person = str(account.declared_person)
    is_doubted = contests.is_contested(session, person) or contests.holder_of(session, person) is not None
    if is_doubted or _vouched_for(session, account.id, voucher.id):
        raise Conflict("vouching_not_possible")
    session.add(Vouching(account_id=account.id, voucher_id=voucher.id, relation=relation, at=db.now(session)))
    session.flush()
    if prove(session, visitor.actor, account, Assurance.VOUCHED, voucher.id) is not None:
        raise Conflict("vouching_not_possible")
    audit.record(session, visitor.actor, "identity.vouch", account.id, reason=relation)


def _find(session: Session, secret: str, claim: str, number: str) -> Account:
    """The declared account. A wrong number and an unknown claim get the same answer."""
    key = number_key(secret, number[:LONGEST])
    query = select(Account).where(Account.claim == references.clean(claim[:LONGEST])).with_for_update()
    account = session.scalar(query)
    if account is None or not key or account.declared_number_key != key or level_of(account) is not Level.DECLARED:
        raise Invalid("nobody_to_vouch_for", field="claim")
    return account


def _vouched_for(session: Session, voucher_id: str, account_id: str) -> bool:
    """Whether one account vouched for another, directly or through others."""
    reached, ahead = {voucher_id}, [voucher_id]
    while ahead:
        followed = session.scalars(select(Vouching.account_id).where(Vouching.voucher_id.in_(ahead))).all()
        ahead = [one for one in followed if one not in reached]
        reached.update(ahead)
    return account_id in reached


def vouched_by(session: Session, account: Account) -> str | None:
    """The name of who vouched for an account."""
    if account.assurance != Assurance.VOUCHED:
        return None
    voucher = session.get(Account, account.assured_by or "")
    return voucher.name_ar if voucher else None
