"""What a look-up by code compares with the printed document: its number as printed, and what a forger would change.

Only facts that the document itself prints are told, and to nobody but who holds its code.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.documents.model import DocumentRow

# By kind, where the snapshot has the number that is printed. All other kinds print the number of the record.
PRINTED_NUMBERS = {"passport-page": "number", "turn-slip": "application", "passport-slip": "application"}
# By fact, where snapshots have it; the first that a snapshot has counts. Its words are `verify.fact.<fact>`.
DAYS = {
    "born": ("person.born", "born"),
    "died_on": ("person.died_on",),
    "event_on": ("event.on", "marriages.on", "divorces.on"),
    "ended_on": ("marriages.divorced_on",),
    "licence_until": ("details.expires_on",),
    "pending_since": ("since",),
    "deferred_from": ("deferral.from",),
    "appointment_on": ("day",),
    "period_from": ("period.from",),
    "period_until": ("period.until",),
}
TEXTS = {"appointment_time": ("time",), "licence_category": ("details.licence_category",)}
AMOUNTS = {"amount": ("total", "amount")}
CODES = {"marital_status": ("person.marital_status",), "finding": ("finding",)}
# Birth statements, and documents about a marriage or the whole family, print no marital status of the holder.
WITH_MARITAL_STATUS = frozenset({"individual-extract", "death-statement"})
# Rows that a forger would add or leave out: of which document they are, and where the snapshot has them.
LISTS = {"people": ("family-extract", ("head", "blocks.spouse", "blocks.children", "others")),
         "marriages": ("marriage-statement", ("marriages",)),
         "divorces": ("divorce-statement", ("divorces",)),
         "convictions": ("criminal-record", ("entries",))}  # fmt: skip


def printed_number(document: DocumentRow) -> str:
    """The number that stands on the document."""
    place = PRINTED_NUMBERS.get(document.kind)
    return str(document.data[place]) if place else document.number


def facts(document: DocumentRow) -> list[dict[str, Any]]:
    """The facts to compare, in order: {"fact", "kind": day | code | text | amount | count | days, "value", "sex"}.

    One of days says of which "year" besides.
    """
    found = []
    for kind, places in (("day", DAYS), ("code", CODES), ("text", TEXTS), ("amount", AMOUNTS)):
        for fact, candidates in places.items():
            value = next((value for place in candidates if (value := _at(document.data, place))), None)
            if value is not None and _is_printed(document.kind, fact, value):
                sex = _at(document.data, "person.sex") or _at(document.data, "sex")
                found.append({"fact": fact, "kind": kind, "value": value, "sex": sex})
    return [*found, *_lengths(document), *_days_inside(document)]


def _lengths(document: DocumentRow) -> Iterator[dict[str, Any]]:
    """How many rows stand on the document."""
    for fact, (kind, places) in LISTS.items():
        count = sum(_length(document.data, place.split(".")) for place in places) if document.kind == kind else 0
        if count:
            yield {"fact": fact, "kind": "count", "value": count, "sex": None}


def _length(value: Any, path: Sequence[str]) -> int:
    if isinstance(value, list):
        return sum(_length(one, path) for one in value)
    if path:
        return _length(value.get(path[0]), path[1:]) if isinstance(value, Mapping) else 0
    return int(value is not None)


def _days_inside(document: DocumentRow) -> Iterator[dict[str, Any]]:
    """The days of each year, where crossings are on record; without any the document prints none."""
    for one in document.data["inside"] if document.data.get("inside") and document.data.get("entries") else ():
        yield {"fact": "days_inside", "kind": "days", "value": one["days"], "year": one["year"], "sex": None}


def _is_printed(kind: str, fact: str, value: Any) -> bool:
    if fact == "marital_status":
        return kind in WITH_MARITAL_STATUS
    return isinstance(value, Mapping) if fact == "amount" else isinstance(value, str)


def _at(data: Mapping[str, Any], place: str) -> Any:
    value: Any = data
    for name in place.split("."):
        # Of several marriages or divorces the latest is told.
        value = value[-1] if isinstance(value, list) and value else value
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
