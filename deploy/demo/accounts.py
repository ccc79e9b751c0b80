"""Accounts for demonstrations: staff of two missions and expatriates whose persons the demo register holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.gateway.accounts.factors.authenticators import SPECIMEN
from services.gateway.accounts.factors.model import Authenticator
from services.gateway.accounts.factors.second_step import has_factor
from services.gateway.accounts.levels import Assurance
from services.gateway.accounts.model import Account
from services.gateway.accounts.passwords import hash_password
from services.gateway.accounts.registration.register import number_key
from shared.database import db
from shared.identity.actor import OFFICER_ROLES


@dataclass(frozen=True)
class DemoAccount:
    """One account as the runner prints it. Expatriates carry the person and number the register knows them by."""

    email: str
    password: str
    role: str = "expatriate"
    mission: str = "RUH"
    person: str | None = None
    number: str = ""
    name_ar: str = ""
    name_latin: str = ""


def ensure_demo(session: Session, secret: str, accounts: Iterable[DemoAccount]) -> None:
    """Creates missing accounts and resets the others; a changed password stays as it is.

    Nothing is checked that costs: this runs at every start.
    """
    for wanted in accounts:
        row = session.scalar(select(Account).where(Account.email == wanted.email))
        if row is None:
            row = Account(email=wanted.email, password_hash=hash_password(wanted.password))
        row.role, row.home_mission, row.person = wanted.role, wanted.mission, wanted.person
        row.assurance = (row.assurance or Assurance.SPECIMEN) if wanted.person else None
        row.assured_at = (row.assured_at or db.now(session)) if wanted.person else None
        row.email_confirmed_at = row.email_confirmed_at or db.now(session)
        row.number_key = number_key(secret, wanted.number) or None
        row.name_ar, row.name_latin = wanted.name_ar, wanted.name_latin
        session.add(row)
        session.flush()
        _give_specimen_factor(session, row)


def _give_specimen_factor(session: Session, account: Account) -> None:
    """Staff sign in with the printed specimen code, unless they have added a factor of their own."""
    if account.role in OFFICER_ROLES and not has_factor(session, account.id):
        now = db.now(session)
        session.add(Authenticator(account_id=account.id, sealed=SPECIMEN, created_at=now, confirmed_at=now))
