"""Finds an account for an officer, by what its owner shows, among those of the officer's mission."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.gateway.accounts.model import Account, Contest
from services.gateway.accounts.registration.register import lookup_keys
from shared.database import audit
from shared.errors import NotFound
from shared.identity.actor import Actor
from shared.values import references

LONGEST, EXPATRIATE = 300, "expatriate"


def find_claim(session: Session, actor: Actor, typed: str) -> Account:
    """The account with this claim, locked. Raises NotFound (claim_unknown)."""
    account = session.scalar(
        select(Account)
        .where(Account.claim == references.clean(typed[:LONGEST]), Account.home_mission == actor.mission)
        .with_for_update()
    )
    if account is None or account.disabled_at is not None:
        raise NotFound("claim_unknown")
    return account


def search(session: Session, secret: str, actor: Actor, typed: str) -> Sequence[Account]:
    """The expatriates' accounts with this claim, e-mail or national number, proven or only declared."""
    text = typed[:LONGEST]
    email, number = lookup_keys(secret, text)
    conditions = [Account.claim == references.clean(text), Account.email == email]
    if number:
        conditions += [Account.number_key == number, Account.declared_number_key == number]
    found = session.scalars(
        select(Account)
        .where(or_(*conditions), Account.home_mission == actor.mission, Account.role == EXPATRIATE)
        .order_by(Account.created_at)
    ).all()
    for account in found:
        audit.record(session, actor, "account.read", account.id)
    return found


def find(session: Session, actor: Actor, account_id: str) -> Account:
    """An account of the officer's mission, locked. Raises NotFound."""
    account = session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None or account.home_mission != actor.mission:
        raise NotFound()
    return account


def open_contests(session: Session, actor: Actor) -> Sequence[tuple[Contest, Account]]:
    """The doubts of the officer's mission that wait for two officers, oldest first."""
    rows = session.execute(
        select(Contest, Account)
        .join(Account, Account.id == Contest.account_id)
        .where(Contest.home_mission == actor.mission, Contest.closed_at.is_(None))
        .order_by(Contest.opened_at)
    )
    return [(contest, account) for contest, account in rows]
