"""Draws birth and death statements: one event, the person it befell, and the parents."""

from sqlalchemy.orm import Session

from services.civil_registry import findings, snapshots
from services.civil_registry.kinship import events_of
from services.civil_registry.model import Person, RegisterEvent
from services.civil_registry.snapshots import Data

REPORTERS = frozenset({"son", "daughter", "spouse", "parent", "sibling", "headman", "hospital"})


def birth(session: Session, child: Person, _options: Data) -> tuple[Data, list[str]]:
    """What a birth statement says, and where the register contradicts itself in it."""
    events = events_of(session, child.id, "birth")
    father, mother = parents(session, child)
    wrong = [*findings.birth(child, events), *findings.parentage(child, father, mother)]
    if findings.forbid(wrong):
        return {}, wrong
    return {
        "person": snapshots.person(child),
        "father": snapshots.party(session, father) if father else None,
        "mother": snapshots.party(session, mother) if mother else None,
        "event": snapshots.event(session, events[0]),
    }, wrong


def death(session: Session, dead: Person, _options: Data) -> tuple[Data, list[str]]:
    """What a death statement says, and where the register contradicts itself in it."""
    events = events_of(session, dead.id, "death")
    wrong = [*findings.death(dead, events), *findings.parentage(dead, *parents(session, dead))]
    if findings.forbid(wrong):
        return {}, wrong
    return {"person": snapshots.person(dead), "event": _death(session, events[0])}, wrong


def _death(session: Session, event: RegisterEvent) -> Data:
    """The cause only where it was registered; the reporter where the paper has a word for them."""
    detail = event.detail
    reporter = detail.get("reporter")
    cause = snapshots.pair(str(detail.get("cause_ar") or ""), str(detail.get("cause_en") or ""))
    return snapshots.event(session, event) | {
        "cause": cause if cause["ar"] else None,
        "reporter": reporter if reporter in REPORTERS else None,
    }


def parents(session: Session, one: Person) -> tuple[Person | None, Person | None]:
    """Father and mother, as far as the register knows them."""
    father = session.get(Person, one.father) if one.father else None
    return father, session.get(Person, one.mother) if one.mother else None
