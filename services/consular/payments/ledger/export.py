"""The ledger for accountants: a table (CSV), and the open text format of beancount, which that program checks."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.consular.payments.ledger import accounts
from services.consular.payments.ledger.model import Entry, Line
from shared.values.dates import local_date
from shared.values.money import Money
from shared.values.spreadsheet import neutral

COLUMNS = ("booked_at", "entry", "kind", "source", "about", "actor", "account", "amount", "currency")
_ROOTS = {
    accounts.CARD: "Assets:Card",
    accounts.BANK: "Assets:Bank",
    accounts.DEPOSITS: "Assets:Deposits",
    accounts.SAFE: "Assets:Safe",
    accounts.ADVANCE: "Liabilities:Advance",
    accounts.SUSPENSE: "Liabilities:Suspense",
    accounts.REFUNDS: "Liabilities:Refunds",
    accounts.DISPUTES: "Assets:Disputes",
    accounts.DISPUTE_LOSSES: "Expenses:Dispute-Losses",
    accounts.EXCHANGE: "Equity:Exchange",
    accounts.EXCHANGE_DIFFERENCE: "Expenses:Exchange-Difference",
    accounts.TILL_VARIANCE: "Expenses:Till-Variance",
    accounts.BANK_CHARGES: "Expenses:Bank-Charges",
    accounts.ROUNDING: "Expenses:Rounding",
}
_FAMILIES = {"cash": "Assets:Till", "due": "Income"}


@dataclass(frozen=True)
class Booked:
    """A line with its entry."""

    booked_at: datetime
    entry: str
    kind: str
    source: str
    about: str
    actor: str
    account: str
    money: Money


def lines(session: Session, before: datetime) -> list[Booked]:
    """Every line of the mission in scope that was booked before an instant, in order."""
    query = (
        select(Entry, Line)
        .join(Line, Line.entry == Entry.id)
        .where(Entry.booked_at < before)
        .order_by(Entry.booked_at, Entry.id, Line.id)
    )
    return [
        Booked(
            entry.booked_at,
            str(entry.id),
            entry.kind,
            entry.source,
            entry.about,
            entry.actor,
            line.account,
            Money(line.amount, line.currency),
        )
        for entry, line in session.execute(query)
    ]


def as_csv(booked: Sequence[Booked]) -> str:
    """A row for each line, amounts in major units; texts that a table program would calculate begin with an
    apostrophe."""
    buffer = io.StringIO()
    table = csv.writer(buffer)
    table.writerow(COLUMNS)
    for line in booked:
        texts = (line.entry, line.kind, line.source, line.about, line.actor, line.account)
        table.writerow([line.booked_at.isoformat(), *map(neutral, texts), line.money.major, line.money.currency])
    return buffer.getvalue()


def as_beancount(booked: Sequence[Booked], zone: str) -> str:
    """Accounts, entries by the mission's days, and a check of every balance after the last day."""
    return "\n".join(_beancount(booked, zone)) + "\n"


def _beancount(booked: Sequence[Booked], zone: str) -> Iterator[str]:
    yield 'option "title" "Mahjar"'
    first: dict[str, date] = {}
    for line in booked:
        first.setdefault(account_name(line.account), local_date(line.booked_at, zone))
    yield from (f"{day.isoformat()} open {name}" for name, day in first.items())
    entry = ""
    for line in booked:
        if line.entry != entry:
            entry = line.entry
            yield f'\n{local_date(line.booked_at, zone).isoformat()} * "{_text(line.kind)}" "{_text(line.source)}"'
            yield f'  about: "{_text(line.about)}"'
        yield f"  {account_name(line.account)}  {line.money.major} {line.money.currency}"
    yield from _balances(booked, zone)


def _balances(booked: Sequence[Booked], zone: str) -> Iterator[str]:
    """Said by us, and checked by the program from the entries above."""
    sums: dict[tuple[str, str], Money] = {}
    for line in booked:
        key = account_name(line.account), line.money.currency
        sums[key] = sums[key] + line.money if key in sums else line.money
    if booked:
        after = local_date(booked[-1].booked_at, zone) + timedelta(days=1)
        for (name, currency), money in sorted(sums.items()):
            yield f"{after.isoformat()} balance {name}  {money.major} {currency}"


def account_name(code: str) -> str:
    """The name of an account in that format: letters, digits and hyphens, with any other sign as its number."""
    if code in _ROOTS:
        return _ROOTS[code]
    family, _, own = code.partition(":")
    name = re.sub(r"[^A-Za-z0-9]", lambda found: f"-{ord(found[0]):x}-", own or family)
    return f"{_FAMILIES.get(family, 'Equity')}:A-{name}"


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
