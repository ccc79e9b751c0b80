"""How far an account of the gateway has proven whose it is."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from services.gateway.accounts.levels import Level, level_of
from services.gateway.accounts.model import Account
from tests.factories.gateway import Gateway

IDENTITY, CODE = "/en/identity", "/en/identity/code"
REASON = "The owner came with her passport."


def look(gateway: Gateway, email: str, read: Callable[[Account], Any]) -> Any:
    with gateway.app.extensions["database"].scope(None) as session:
        return read(session.scalars(select(Account).where(Account.email == email)).one())


def level(gateway: Gateway, email: str) -> Level:
    return Level(look(gateway, email, level_of))


def claim(gateway: Gateway, email: str) -> str:
    return str(look(gateway, email, lambda account: account.claim))
