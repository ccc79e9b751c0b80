"""The mission's bank accounts: which one takes a currency on a day, and which one a statement is of."""

from datetime import date

from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from sqlalchemy.orm import Session

from services.consular.missions import reference_data
from services.consular.payments.transfers.model import BankAccount
from services.consular.payments.transfers.rules import compact


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
        IBAN(text)
    except SchwiftyException:
        return False
    return True


def printed(iban: str) -> str:
    """In groups of four, as people type it."""
    return IBAN(iban, allow_invalid=True).formatted
