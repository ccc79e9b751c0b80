"""How far an account of the gateway has proven whose it is."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import func, select, update

from deploy.demo.population.specimens import Specimen
from services.gateway.accounts.levels import Level, level_of
from services.gateway.accounts.model import Account, AccountDecision, Contest
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


def forget_accounts_of(gateway: Gateway, *people: Specimen) -> None:
    """No account says anything of these people any more, no claim is contested and no decision waits."""
    persons = [one.person for one in people]
    with gateway.app.extensions["database"].scope("RUH") as session:
        about = Account.person.in_(persons) | Account.declared_person.in_(persons)
        empty = dict.fromkeys(("person", "number_key", "assurance", "declared_person", "declared_number_key", "claim"))
        session.execute(update(Account).where(about).values(**empty).execution_options(synchronize_session=False))
        session.execute(update(Contest).values(closed_at=func.now()))
        session.execute(
            update(AccountDecision)
            .where(AccountDecision.state == "waiting")
            .values(state="declined", approver="another", decided_at=func.now())
        )
