"""The rule book of a transaction with how long its documents are good for, as ministries may decide it."""

from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from services.consular.ministries.rules.matters import MATTERS
from services.consular.missions.model import Mission
from services.consular.payments.tariffs import rulebook
from shared.catalogue.model import Ask, Transaction
from shared.documents import validity

EXTRACT = Ask("civil_registry", "extract")


def rules_on(session: Session, entry: Transaction, mission: Mission, on: date, today: date) -> rulebook.Row:
    """The rule book on a day, with the lifetimes in force on it among the rules and all of them in the history."""
    lasting = lifetimes(entry)
    book = rulebook.rules_on(session, entry, mission, on, today)
    changes = [*rulebook.history(session, entry, mission), *({"what": "lifetime", **row} for row in lasting)]
    current = [row for row in lasting if _is_within(row, on)]
    return book | {"lifetimes": current, "history": sorted(changes, key=lambda row: str(row["from"] or ""))}


def _is_within(row: rulebook.Row, on: date) -> bool:
    return str(row["from"]) <= on.isoformat() and (row["to"] is None or on.isoformat() < str(row["to"]))


def document_kinds(entry: Transaction) -> list[str]:
    """The kinds of document a transaction may end with that a row of validity can name, once each.

    What conscription grants is left out: it has no end, or one that is decided each time.
    """
    kinds = [entry.issues.kind] if entry.issues else []
    kinds += [entry.slug] if EXTRACT in entry.asks else []
    asked = [matter for matter in MATTERS if Ask(matter.authority, matter.ask) in entry.asks]
    kinds += [finding.document for matter in asked for finding in matter.findings if finding.document]
    return list(dict.fromkeys(kinds))


def lifetimes(entry: Transaction) -> list[rulebook.Row]:
    """Every row of each kind with the day before which it holds, oldest first."""
    return [
        {
            "kind": kind,
            "months": row.months,
            "days": row.days,
            "source": row.source,
            "certainty": row.certainty,
            "scope": None,
            "from": row.valid_from.isoformat(),
            "to": after.valid_from.isoformat() if after else None,
        }
        for kind in document_kinds(entry)
        for row, after in pairwise([*(row for row in validity.lifetimes() if row.kind == kind), None])
        if row
    ]
