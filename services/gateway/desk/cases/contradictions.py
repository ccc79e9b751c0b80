"""What in an application contradicts itself or the calendar, so that an officer does not have to notice it alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Contradiction:
    """A contradiction by its text's code, the question it is about, and the day in it."""

    code: str
    question: str
    day: str = ""


CODES = (
    "not_alive",
    "not_registered",
    "residence_expired",
    "not_expired",
    "expired_already",
    "wrong_order",
    "differs",
    "not_recorded",
)
# Whose day has to be in the future when the case is read.
EXPIRIES = {"residence_permit_expires_on": "residence_expired"}
PAIRS = (
    ("passport_issued_on", "passport_expires_on"),
    ("licence_issued_on", "licence_expires_on"),
    ("period_from", "period_until"),
)


def contradictions(answers: Mapping[str, Any], known: Mapping[str, Any], today: date) -> list[Contradiction]:
    """In the order of their weight; `known` is what `compare.attested_facts` gives."""
    return [*_of_register(known), *_of_expiry(answers, today), *_of_renewal(answers, today), *_of_pairs(answers)]


def _of_register(known: Mapping[str, Any]) -> Iterator[Contradiction]:
    registry = known.get("civil_registry") or {}
    if registry.get("alive") is False:
        yield Contradiction("not_alive", "")
    if registry.get("registered") is False:
        yield Contradiction("not_registered", "")


def _of_expiry(answers: Mapping[str, Any], today: date) -> Iterator[Contradiction]:
    for question, code in EXPIRIES.items():
        day = _day(answers.get(question))
        if day and day < today:
            yield Contradiction(code, question, day.isoformat())


def _of_renewal(answers: Mapping[str, Any], today: date) -> Iterator[Contradiction]:
    reason, expires_on = answers.get("renewal_reason"), _day(answers.get("passport_expires_on"))
    if expires_on is None:
        return
    if reason == "expired" and expires_on >= today:
        yield Contradiction("not_expired", "renewal_reason", expires_on.isoformat())
    if reason in ("expiring", "early") and expires_on < today:
        yield Contradiction("expired_already", "renewal_reason", expires_on.isoformat())


def _of_pairs(answers: Mapping[str, Any]) -> Iterator[Contradiction]:
    for first, last in PAIRS:
        start, end = _day(answers.get(first)), _day(answers.get(last))
        if start and end and end <= start:
            yield Contradiction("wrong_order", last, end.isoformat())


def _day(answer: object) -> date | None:
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None
