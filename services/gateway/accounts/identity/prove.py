"""Ties a declared person to its account once a proof has come. A second proof for one person freezes both accounts."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.identity import contests
from services.gateway.accounts.levels import Assurance, Level, level_of
from services.gateway.accounts.mail import queue
from services.gateway.accounts.model import Account
from services.gateway.accounts.sessions import Visitor, actor_of
from shared.database import audit, db
from shared.errors import Conflict, Invalid, Refusal
from shared.identity.actor import Actor

# By which code what is proven.
PURPOSES = {codes.COUNTER: Assurance.COUNTER, codes.POST: Assurance.POST}


def by_code(session: Session, secret: str, visitor: Visitor, typed: str) -> Refusal | None:
    """Proves the account by a code of the counter or of a letter. Gives what is wrong, after a commit, or None."""
    account = session.get_one(Account, visitor.account, with_for_update=True, populate_existing=True)
    if level_of(account) is not Level.DECLARED:
        return Conflict("identity_not_declared")
    for purpose, assurance in PURPOSES.items():
        code = codes.use(session, secret, str(account.claim), purpose, typed)
        if code is not None:
            return prove(session, actor_of(account), account, assurance, code.issued_by)
    audit.record(session, actor_of(account), "identity.wrong_code", account.id)
    return Invalid("code_wrong", field="code")


def prove(session: Session, actor: Actor, account: Account, assurance: Assurance, by: str) -> Refusal | None:
    """Ties the person. Where another account has it, both are frozen, and the refusal says so; the caller commits."""
    person = str(account.declared_person)
    holder = contests.holder_of(session, person)
    if holder is None and not contests.is_held_back(session, person) and _tie(session, account, assurance):
        account.assured_by, account.assured_at, account.has_old_drafts = by, db.now(session), True
        session.flush()
        queue.tell(session, account)
        audit.record(session, actor, "identity.prove", account.id, person=person, assurance=assurance.value)
        return None
    holder = contests.holder_of(session, person)
    contests.open_by_proof(session, account, holder or account, person)
    return Conflict("identity_contested")


def _tie(session: Session, account: Account, assurance: Assurance) -> bool:
    """Whether the person is the account's now: of two who prove it at once the database takes one."""
    try:
        with session.begin_nested():
            account.person, account.number_key = account.declared_person, account.declared_number_key
            account.assurance = assurance
    except IntegrityError:
        session.refresh(account)
        return False
    return True
