"""Accounts of staff: opened by an invitation that comes by e-mail, given another role, disabled; each by two people."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts import sessions
from services.gateway.accounts.contact.emails import fold_email
from services.gateway.accounts.factors.reset import check_has_factor, forget_factors
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, AccountDecision
from services.gateway.accounts.registration import disabling
from services.gateway.accounts.registration.first_administrator import invite
from shared.database import audit
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.identity.actor import OFFICER_ROLES, Actor


def list_staff(session: Session, actor: Actor) -> Sequence[Account]:
    """The staff of the actor's mission, by role and e-mail."""
    ours = Account.home_mission == actor.mission, Account.role.in_(OFFICER_ROLES)
    return session.scalars(select(Account).where(*ours).order_by(Account.role, Account.email)).all()


def find_all(session: Session, account_ids: Iterable[str]) -> dict[str, Account]:
    """The accounts of these ids; those that are no more are left out."""
    return {one.id: one for one in session.scalars(select(Account).where(Account.id.in_(list(account_ids))))}


def create(session: Session, actor: Actor, decision: AccountDecision, secret: str) -> None:
    """Invites somebody by e-mail; whoever follows the link chooses the password."""
    email, role = str(decision.params["email"]), str(decision.params["role"])
    token = invite(session, email, role, str(actor.mission))
    queue.queue(session, secret, queue.STAFF_INVITED, fold_email(email), "ar", str(actor.mission), invitation=token)


def change_role(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Gives the account its new role and ends its sessions, so that the old role does nothing more."""
    account = find(session, actor, decision.account_id)
    before, account.role = account.role, str(decision.params["role"])
    sessions.close_all(session, account.id)
    audit.record(session, actor, "account.role", account.id, before=before, after=account.role)


def disable(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Nobody signs in any more."""
    disabling.disable(session, actor, find(session, actor, decision.account_id))


def enable(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """The account opens again."""
    disabling.enable(session, actor, find(session, actor, decision.account_id))


def reset_factors(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """The colleague has lost every second factor, and does nothing but add a new one after the next sign-in."""
    forget_factors(session, actor, find(session, actor, decision.account_id))


def find(session: Session, actor: Actor, account_id: str | None) -> Account:
    """A colleague's account. Raises NotFound, Refusal (own_account) for the actor's own."""
    account = session.get(Account, account_id or "", with_for_update=True, populate_existing=True)
    if account is None or account.home_mission != actor.mission or account.role not in OFFICER_ROLES:
        raise NotFound()
    if account.id == actor.id:
        raise Refusal("own_account")
    return account


def check_create(
    session: Session, _actor: Actor, _account: str | None, _other: str | None, params: Mapping[str, Any]
) -> None:
    """Raises Invalid by field, Conflict (account_exists)."""
    email = fold_email(str(params.get("email", "")))
    _check_role(params)
    if session.scalar(select(Account.id).where(Account.email == email)) is not None:
        raise Conflict("account_exists")


def check_role(
    session: Session, actor: Actor, account: str | None, _other: str | None, params: Mapping[str, Any]
) -> None:
    """Raises NotFound, Refusal, Invalid on `role`, Conflict (role_unchanged)."""
    _check_role(params)
    if find(session, actor, account).role == params["role"]:
        raise Conflict("role_unchanged")


def check_disable(session: Session, actor: Actor, account: str | None, *_more: object) -> None:
    """Raises NotFound, Refusal, Conflict (account_disabled)."""
    disabling.check_enabled(find(session, actor, account))


def check_enable(session: Session, actor: Actor, account: str | None, *_more: object) -> None:
    """Raises NotFound, Refusal, Conflict (account_not_disabled)."""
    disabling.check_disabled(find(session, actor, account))


def check_reset(session: Session, actor: Actor, account: str | None, *_more: object) -> None:
    """Raises NotFound, Refusal, Conflict (no_factor)."""
    check_has_factor(session, find(session, actor, account))


def _check_role(params: Mapping[str, Any]) -> None:
    if params.get("role") not in OFFICER_ROLES:
        raise Invalid("unknown_choice", field="role")
