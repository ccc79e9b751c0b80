"""What a decision of two officers does to an account of an expatriate, and when it can be done."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.orm import Session

from services.gateway.accounts import sessions
from services.gateway.accounts.factors.reset import check_has_factor, forget_factors
from services.gateway.accounts.identity import contests
from services.gateway.accounts.identity.find import EXPATRIATE, find
from services.gateway.accounts.levels import Assurance
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account, AccountDecision
from services.gateway.accounts.registration import disabling
from shared.database import audit, db
from shared.errors import Conflict, NotFound
from shared.identity.actor import Actor

Check = Callable[[Session, Actor, str | None, str | None, Mapping[str, Any]], None]


def release(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Unties the person. Whoever else declares it may prove it from now on; this account declares anew."""
    account = expatriate(session, actor, decision.account_id)
    person = str(account.person or account.declared_person)
    for each in contests.concerned(session, person):
        _thaw(each)
    contests.close(session, person)
    _untie(account)
    sessions.close_all(session, account.id)
    queue.withhold_waiting(session, account.id)
    queue.tell(session, account)
    audit.record(session, actor, "identity.release", account.id, person=person, decision=decision.reference)


def merge(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Two accounts of one person become one: the other one gets the person, this one is disabled."""
    account = expatriate(session, actor, decision.account_id)
    kept = expatriate(session, actor, decision.other_account_id)
    person, number_key = str(account.person), account.number_key
    for each in contests.concerned(session, person):
        _thaw(each)
    contests.close(session, person)
    names = account.name_ar, account.name_latin
    _untie(account)
    account.disabled_at = db.now(session)
    sessions.close_all(session, account.id)
    queue.withhold_waiting(session, account.id)
    session.flush()
    kept.person, kept.number_key = person, number_key
    kept.name_ar, kept.name_latin = names
    kept.assurance, kept.assured_by, kept.assured_at = Assurance.OFFICERS, decision.reference, db.now(session)
    kept.has_old_drafts = True
    queue.tell(session, kept)
    audit.record(session, actor, "identity.merge", kept.id, person=person, other=account.id)


def unfreeze(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """The doubt was unfounded: the account is as before, and others no longer declare its person."""
    account = expatriate(session, actor, decision.account_id)
    person = account.person or account.declared_person
    if person is not None:
        for each in contests.concerned(session, person):
            _thaw(each)
            if each.id != account.id and each.person is None:
                _untie(each)
        contests.close(session, person)
    _thaw(account)
    if account.assurance == Assurance.EARLIER:
        account.assurance, account.assured_by, account.assured_at = (
            Assurance.OFFICERS,
            decision.reference,
            db.now(session),
        )
    queue.tell(session, account)
    audit.record(session, actor, "identity.unfreeze", account.id, person=person)


def disable(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Nobody signs in any more; the person stays tied until it is released."""
    disabling.disable(session, actor, expatriate(session, actor, decision.account_id))


def enable(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Its owner signs in again."""
    account = expatriate(session, actor, decision.account_id)
    disabling.enable(session, actor, account)
    queue.tell(session, account)


def reset_factors(session: Session, actor: Actor, decision: AccountDecision, _secret: str) -> None:
    """Its owner has lost every second factor and signs in by the password alone, until there is a new one."""
    forget_factors(session, actor, expatriate(session, actor, decision.account_id))


def expatriate(session: Session, actor: Actor, account_id: str | None) -> Account:
    """An expatriate's account of the actor's mission. Raises NotFound."""
    account = find(session, actor, account_id or "")
    if account.role != EXPATRIATE:
        raise NotFound()
    return account


def _thaw(account: Account) -> None:
    account.frozen_at = account.frozen_reason = None


def _untie(account: Account) -> None:
    account.person = account.number_key = account.assurance = account.assured_by = account.assured_at = None
    account.declared_person = account.declared_number_key = account.claim = None
    account.name_ar = account.name_latin = ""


def _check_release(session: Session, actor: Actor, account_id: str | None, *_more: object) -> None:
    account = expatriate(session, actor, account_id)
    if account.person is None and account.declared_person is None:
        raise Conflict("no_person_tied")


def _check_merge(
    session: Session, actor: Actor, account_id: str | None, other_id: str | None, _params: Mapping[str, Any]
) -> None:
    account, kept = expatriate(session, actor, account_id), expatriate(session, actor, other_id)
    if account.id == kept.id or account.person is None or kept.person is not None:
        raise Conflict("merge_not_possible")
    if kept.declared_person != account.person or kept.disabled_at is not None:
        raise Conflict("merge_not_possible")


def _check_unfreeze(session: Session, actor: Actor, account_id: str | None, *_more: object) -> None:
    if expatriate(session, actor, account_id).frozen_at is None:
        raise Conflict("account_not_frozen")


def _check_disable(session: Session, actor: Actor, account_id: str | None, *_more: object) -> None:
    disabling.check_enabled(expatriate(session, actor, account_id))


def _check_enable(session: Session, actor: Actor, account_id: str | None, *_more: object) -> None:
    disabling.check_disabled(expatriate(session, actor, account_id))


def _check_reset(session: Session, actor: Actor, account_id: str | None, *_more: object) -> None:
    check_has_factor(session, expatriate(session, actor, account_id))


CHECKS: Mapping[str, Check] = {
    "release": _check_release,
    "merge": _check_merge,
    "unfreeze": _check_unfreeze,
    "disable": _check_disable,
    "enable": _check_enable,
    "factors_reset": _check_reset,
}
