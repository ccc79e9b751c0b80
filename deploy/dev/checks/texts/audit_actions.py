"""The actions that the log of a case can show: every one that the mission's service records about an application."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from services.consular.appointments.hall.rules import TicketState
from services.consular.people import duplicates

ROOT = Path(__file__).parents[4]
SOURCES = (ROOT / "services" / "consular", ROOT / "shared")
# By the beginning of an action that code puts together: what may follow. The steps of an application have the words
# of its history, `desk.event`.
COMPOSED: Mapping[str, Iterable[str]] = {
    "absence": ("accepted", "refused"),
    "application": (),
    "dispute": ("opened", "won", "lost"),
    "duplicate": tuple(duplicates.REASONS),
    "hall": tuple(TicketState),
    # Of a passport by its number, not of an application.
    "passport": (),
    "message": ("discard", "replay"),
}
# Recorded about something else: a mission, a person, a document, a proposal, a till.
ELSEWHERE = frozenset(
    """anomaly applications bank bank_account booking_rule bookings booklet booklets books calendar closure desk
    document draw figures hours identity_check inquiry ledger mandate notice office papers phase photo_rule
    promise_rule proposal safe seats statement stock till weekend absence.listed application.listed
    booking.not_found hall.listed letter.list parked.listed refund.approved refund.declined refund.failed
    refund.file_read refund.file_written refund.listed refund.prepared refund.read turn.listed""".split()
)


@cache
def actions() -> frozenset[str]:
    """The actions that need words of their own; `<family>.?` where nothing is known of one that is put together."""
    return frozenset(
        action for file in _files() for action in recorded(ast.parse(file.read_text())) if _is_of_a_case(action)
    )


def _files() -> Iterator[Path]:
    return (file for source in SOURCES for file in sorted(source.rglob("*.py")) if "migrations" not in file.parts)


def _is_of_a_case(action: str) -> bool:
    return action not in ELSEWHERE and action.split(".")[0] not in ELSEWHERE


def recorded(tree: ast.Module) -> Iterator[str]:
    """The actions in calls of `audit.record`."""
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or len(call.args) < 3:
            continue
        name, action = ast.unparse(call.func), call.args[2]
        # Another verb may be called `record`; then its third argument is no text.
        if name == "audit.record" or (name == "record" and isinstance(action, ast.Constant | ast.JoinedStr)):
            yield from _written(action)


def _written(action: ast.expr) -> Iterator[str]:
    if isinstance(action, ast.Constant):
        yield str(action.value)
    elif isinstance(action, ast.IfExp):
        yield from (*_written(action.body), *_written(action.orelse))
    else:
        start = action.values[0] if isinstance(action, ast.JoinedStr) else action
        family = str(start.value).split(".")[0] if isinstance(start, ast.Constant) else ast.unparse(action)
        yield from (f"{family}.{ending}" for ending in COMPOSED.get(family, ("?",)))
