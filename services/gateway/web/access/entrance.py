"""Lets a visitor through to a page as the table says, or says what is missing."""

from services.gateway.accounts.levels import Level
from services.gateway.accounts.sessions import Visitor
from services.gateway.web.access.pages import PAGES
from services.gateway.web.access.roles import ANONYMOUS, DRAFTING, ENROLLING, IDENTIFYING, PERSONS
from shared.errors import NotAllowed


class FactorNeeded(NotAllowed):
    """Staff have to add a second factor first."""


class SignInNeeded(NotAllowed):
    """Nobody is signed in, and the page is not for everybody."""


class ContactNeeded(NotAllowed):
    """The e-mail address of the account is not confirmed yet."""


class IdentityNeeded(NotAllowed):
    """It is not proven yet whose the account is."""


def role_class(visitor: Visitor | None) -> str:
    """How the table calls this visitor: staff by their role, expatriates by their level."""
    if visitor is None:
        return ANONYMOUS
    if visitor.is_staff:
        return visitor.role if visitor.strong else ENROLLING
    return visitor.level


def check_page(endpoint: str | None, visitor: Visitor | None) -> None:
    """Raises NotAllowed, or the subclass that says what is missing. Unknown addresses are left to become 404."""
    if endpoint is None:
        return
    allowed, who = PAGES.get(endpoint, frozenset()), role_class(visitor)
    if who in allowed:
        return
    if who == ANONYMOUS and allowed:
        raise SignInNeeded("sign_in_needed")
    if who == ENROLLING and allowed:
        raise FactorNeeded("factor_needed")
    if who == Level.NEW and allowed & IDENTIFYING:
        raise ContactNeeded("contact_needed")
    if who in IDENTIFYING - PERSONS and allowed & (PERSONS | DRAFTING) and not endpoint.startswith("identity."):
        raise IdentityNeeded("identity_needed")
    raise NotAllowed()
