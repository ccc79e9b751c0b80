"""The rule book: the rules of a transaction on a day with law and certainty, and their whole history."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from services.consular.data import rows_of
from services.consular.missions import reference_data
from services.consular.missions.model import Mission
from services.consular.payments.tariffs import fees, transaction_status
from services.consular.payments.tariffs.model import Tariff, TransactionStatus
from services.consular.payments.tariffs.offer import offer
from shared.catalogue.model import Transaction

Row = dict[str, object]
EVERY = "*"
OUTCOME = "outcome:"
# The oldest and the newest day the book can be opened at.
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 1, 1)
_YEAR = re.compile(r"/([0-9]{4})\b")


@dataclass(frozen=True)
class Provision:
    """A rule other than a price, in force from a day on to the day before another; text `provision.<code>`.

    `applies_to` has slugs of transactions, `outcome:<outcome>` for all of that outcome, or EVERY. Without a first day
    its begin is unknown; `certainty` is H, M or L.
    """

    code: str
    applies_to: tuple[str, ...]
    aspect: str
    since: date | None
    until: date | None
    source: str
    certainty: str

    def holds_on(self, day: date) -> bool:
        """Whether it was in force on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)

    def serialise(self) -> Row:
        """As the interface shows it."""
        fields = {"code": self.code, "aspect": self.aspect, "source": self.source, "certainty": self.certainty}
        return fields | _span(self.since, self.until)


@cache
def provisions() -> tuple[Provision, ...]:
    """Every provision of the data file."""
    return tuple(
        Provision(
            row["code"],
            tuple(row["applies_to"].split()),
            row["aspect"],
            _day(row["valid_from"]),
            _day(row["valid_to"]),
            row["source"],
            row["certainty"],
        )
        for row in rows_of("provision")
    )


def provisions_of(entry: Transaction) -> list[Provision]:
    """The provisions that apply to a transaction: by its name, by its outcome, and those for every one."""
    own = {entry.slug, f"{OUTCOME}{entry.outcome}", EVERY}
    return [provision for provision in provisions() if own.intersection(provision.applies_to)]


def rules_on(session: Session, entry: Transaction, mission: Mission, on: date, today: date) -> Row:
    """The rules at a mission on a day: status, price, uploads, conditions, law, days, and the whole history.

    Uploads and conditions are those of today, except where a provision says otherwise: no older lists are known. A
    price that cannot be computed is empty and names what is lacking.
    """
    changes = history(session, entry, mission)
    first = min((str(change["from"]) for change in changes if change["from"]), default=None)
    offered = offer(session, entry, mission, on)
    status_row = transaction_status.status_on(session, entry.slug, mission, on)
    return {
        "slug": entry.slug,
        "mission": mission.code,
        "on": on.isoformat(),
        "today": today.isoformat(),
        "first_known": first,
        "standing": _serialise_status(status_row) if status_row else None,
        "historical": offered["historical"],
        "photos": offered["photos"],
        "registration": offered["registration"],
        "prices": _prices(offered, fees.applicable(session, entry.slug, mission, on)),
        "priced": entry.priced,
        "papers": [{"name": upload.name, "required": upload.required, "law": upload.law} for upload in entry.papers],
        "conditions": [
            {"code": condition.code, "law": condition.law, "later": not sources_on(condition.law, on)}
            for condition in entry.eligible
        ],
        "law": [law for law in entry.law if sources_on(law, on)],
        "provisions": [provision.serialise() for provision in provisions_of(entry) if provision.holds_on(on)],
        "history": changes,
    }


def sources_on(law: str, day: date) -> bool:
    """Whether a law whose number contains its year existed by then; a law without a year always counts."""
    years = [int(year) for year in _YEAR.findall(law)]
    return all(year <= day.year for year in years)


def history(session: Session, entry: Transaction, mission: Mission) -> list[Row]:
    """Every dated rule of a transaction for a mission, oldest first: from, to, what, source, certainty."""
    rows = [
        *_status_history(session, entry.slug, mission),
        *_tariffs(fees.history(session, entry.slug), mission),
        *({"what": "provision", **provision.serialise()} for provision in provisions_of(entry)),
    ]
    return sorted(rows, key=lambda row: (str(row["from"] or ""), str(row["what"])))


def _status_history(session: Session, slug: str, mission: Mission) -> Iterable[Row]:
    every = reference_data.rows(session, TransactionStatus)
    own = [row for row in every if row.transaction == slug and row.scope in (None, mission.code)]
    rows = sorted(own, key=lambda row: (row.valid_from, row.id))
    for index, row in enumerate(rows):
        after = next((later.valid_from for later in rows[index + 1 :] if later.scope == row.scope), None)
        yield {"what": "standing", **_serialise_status(row), **_span(row.valid_from, after)}


def _serialise_status(row: TransactionStatus) -> Row:
    since = row.valid_from.isoformat()
    fields = {"status": row.status, "source": row.source, "certainty": row.certainty}
    return {**fields, "since": since, "scope": row.scope}


def _tariffs(rows: list[Tariff], mission: Mission) -> Iterable[Row]:
    """Each price with the previous one of the same line and scope."""
    for index, row in enumerate(rows):
        if row.scope not in (None, mission.code):
            continue
        before = [tariff for tariff in rows[:index] if (tariff.line, tariff.scope) == (row.line, row.scope)]
        after = [tariff for tariff in rows[index + 1 :] if (tariff.line, tariff.scope) == (row.line, row.scope)]
        view = {"what": "fee", "line": row.line, "scope": row.scope, **_tariff(row)}
        view["before"] = _amount(before[-1]) if before else None
        yield view | _span(row.valid_from, row.valid_to or (after[0].valid_from if after else None))


def _tariff(row: Tariff) -> Row:
    return {"tariff": _amount(row), "source": row.source, "certainty": row.certainty}


def _amount(row: Tariff) -> Row:
    return {"amount": row.amount, "currency": row.currency}


def _prices(offered: dict[str, Any], tariff_rows: dict[str, Tariff]) -> list[Row]:
    """One price, or one for each tier; each line with the day its tariff began."""
    prices: list[Row] = []
    for option in offered["tiers"] or [{"tier": None, **offered}]:
        fees = [{**line, "since": _since(tariff_rows.get(line["line"]))} for line in option["fees"]]
        prices.append(
            {name: option[name] for name in ("tier", "working_days", "total", "cash_total", "price_lacks")}
            | {"fees": fees}
        )
    return prices


def _since(row: Tariff | None) -> str | None:
    return row.valid_from.isoformat() if row else None


def _span(since: date | None, until: date | None) -> Row:
    return {"from": since.isoformat() if since else None, "to": until.isoformat() if until else None}


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
