"""How long the documents are good for that a transaction ends with, as dated rows for its rule book."""

from itertools import pairwise

from services.consular.ministries.rules.matters import MATTERS
from shared.catalogue.model import Ask, Transaction
from shared.documents import validity

EXTRACT = Ask("civil_registry", "extract")


def document_kinds(entry: Transaction) -> list[str]:
    """The kinds of document a transaction may end with that a row of validity can name, once each.

    What conscription grants is left out: it has no end, or one that is decided each time.
    """
    kinds = [entry.issues.kind] if entry.issues else []
    kinds += [entry.slug] if EXTRACT in entry.asks else []
    asked = [matter for matter in MATTERS if Ask(matter.authority, matter.ask) in entry.asks]
    kinds += [finding.document for matter in asked for finding in matter.findings if finding.document]
    return list(dict.fromkeys(kinds))


def history(entry: Transaction) -> list[dict[str, object]]:
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
