"""Notes whose person an account says it is. Others may say the same: only a proof ties a person to an account."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from services.gateway.accounts.levels import MAY
from services.gateway.accounts.model import Account
from services.gateway.accounts.registration.register import number_key
from services.gateway.accounts.sessions import Visitor, actor_of
from shared.database import audit
from shared.errors import NotAllowed
from shared.values import references

CLAIM_LENGTH, CLAIM_MARK = 10, "K"


@dataclass(frozen=True)
class Declaration:
    """The person of the register with these particulars, and their names in both scripts."""

    person: str
    number: str
    name_ar: str
    name_latin: str


def declare(session: Session, secret: str, visitor: Visitor, declaration: Declaration) -> None:
    """Notes the declaration, under a reference to show at the counter. Raises NotAllowed on a wrong level."""
    account = session.get_one(Account, visitor.account, with_for_update=True)
    if visitor.level not in MAY["declare"] or account.person is not None or account.frozen_at is not None:
        raise NotAllowed()
    account.declared_person = declaration.person
    account.declared_number_key = number_key(secret, declaration.number)
    account.name_ar, account.name_latin = declaration.name_ar, declaration.name_latin
    account.claim = references.new(account.home_mission, CLAIM_LENGTH, CLAIM_MARK)
    audit.record(session, actor_of(account), "identity.declare", account.id, person=declaration.person)
