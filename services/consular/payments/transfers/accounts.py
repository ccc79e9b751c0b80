"""The mission's bank accounts: which one takes a currency on a day, and which one a statement is of."""

from datetime import date

from schwifty import IBAN
from sqlalchemy import update
from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.payments.refunds.ibans import read_iban
from services.consular.payments.transfers.model import BankAccount
from services.consular.payments.transfers.rules import compact
from shared.errors import Invalid


def account_for(session: Session, currency: str, on: date) -> BankAccount | None:
    """The account of the session's mission that takes a currency on a day; one with a wrong IBAN takes nothing."""
    rows = [row for row in list_accounts(session) if row.currency == currency and row.holds_on(on)]
    latest = max(rows, key=lambda row: row.valid_from, default=None)
    return latest if latest is not None and is_iban(latest.iban) else None


def list_accounts(session: Session) -> list[BankAccount]:
    """All accounts of the session's mission, also those of the past."""
    return [row for row in reference_data.rows(session, BankAccount) if row.mission == session.info["mission"]]


def find_account(session: Session, named: str, currency: str) -> BankAccount | None:
    """The account that a bank names in a statement: by its IBAN, perhaps with the currency behind it, or by its
    national number, which is the rest of the IBAN."""
    name = compact(named).removesuffix(currency)
    known = [row for row in list_accounts(session) if row.currency == currency]
    return next((row for row in known if name in (row.iban, row.iban[4:])), None)


def is_iban(text: str) -> bool:
    """Whether length, form and check digits are those of the country."""
    try:
        read_iban(text)
    except ValueError:
        return False
    return True


def printed(iban: str) -> str:
    """In groups of four, as people type it."""
    return IBAN(iban, allow_invalid=True).formatted


def declare(session: Session, account: BankAccount) -> None:
    """Adds an account of the session's mission; the one before it in the same currency ends the day it begins.

    Repeating it changes nothing. Raises Invalid (iban) for a number that no bank can have.
    """
    if not is_iban(account.iban):
        raise Invalid("iban", field="iban")
    known = list_accounts(session)
    if any(row.id == account.id for row in known):
        return
    session.execute(
        update(BankAccount)
        .where(BankAccount.mission == account.mission, BankAccount.currency == account.currency)
        .where(BankAccount.valid_to.is_(None), BankAccount.valid_from < account.valid_from)
        .values(valid_to=account.valid_from)
        .execution_options(synchronize_session=False)
    )
    session.add(account)
    session.flush()
    reference_data.reread(session)
