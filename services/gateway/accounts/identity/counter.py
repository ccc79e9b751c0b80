"""The code that an officer gives at the counter, after seeing the person and a document."""

from sqlalchemy.orm import Session

from services.gateway.accounts.contact import codes
from services.gateway.accounts.identity import find
from services.gateway.accounts.levels import Level, level_of
from services.gateway.accounts.model import Account
from services.gateway.accounts.registration.register import number_key
from shared.database import audit
from shared.errors import Conflict, Invalid
from shared.identity.actor import Actor
from shared.reasons import check_choice

DOCUMENTS = ("passport", "identity_card", "family_extract")


def give_code(
    session: Session, secret: str, actor: Actor, claim: str, number: str, document: str
) -> tuple[str, Account]:
    """A code for the account with this claim, if the number read from the document is the one it declares.

    Raises NotFound (claim_unknown), Invalid on `national_number` or `document`, Conflict unless it is declared.
    """
    check_choice(document, DOCUMENTS, "document")
    account = check_number(session, secret, actor, claim, number)
    code = codes.issue(session, secret, str(account.claim), codes.COUNTER, actor.id)
    audit.record(session, actor, "identity.counter_code", account.id, document=document)
    return code, account


def check_number(session: Session, secret: str, actor: Actor, claim: str, number: str) -> Account:
    """The declared account with this claim and number. Raises as `give_code` does."""
    account = find.find_claim(session, actor, claim)
    if level_of(account) is not Level.DECLARED:
        raise Conflict("claim_closed")
    if not number_key(secret, number) or number_key(secret, number) != account.declared_number_key:
        raise Invalid("number_of_another", field="national_number")
    return account
