"""Contents of birth and death statements: the event, the person, and the parents."""

from sqlalchemy.orm import Session

from services.civil_registry.contents import findings, snapshots
from services.civil_registry.contents.snapshots import Data
from services.civil_registry.kinship.kinship import events_of
from services.civil_registry.model import Person, RegisterEvent

REPORTERS = frozenset({"son", "daughter", "spouse", "parent", "sibling", "headman", "hospital"})


def birth(session: Session, child: Person, _options: Data) -> tuple[Data, list[str]]:
    """Contents of a birth statement, and the codes of contradictions."""
    events = events_of(session, child.id, "birth")
    father, mother = parents(session, child)
    codes = [*findings.birth(child, events), *findings.parentage(child, father, mother)]
    if findings.prevents_drawing(codes):
        return {}, codes
    return {
        "person": snapshots.person_data(child),
        "father": snapshots.party_data(session, father) if father else None,
        "mother": snapshots.party_data(session, mother) if mother else None,
        "event": snapshots.event_data(session, events[0], child.born_precision),
    }, codes


def death(session: Session, deceased: Person, _options: Data) -> tuple[Data, list[str]]:
    """Contents of a death statement, and the codes of contradictions."""
    events = events_of(session, deceased.id, "death")
    codes = [*findings.death(deceased, events), *findings.parentage(deceased, *parents(session, deceased))]
    if findings.prevents_drawing(codes):
        return {}, codes
    return {"person": snapshots.person_data(deceased), "event": _death_data(session, events[0])}, codes


def _death_data(session: Session, event: RegisterEvent) -> Data:
    """The death event, with its cause if registered, and the reporter if the document has a text for them."""
    detail = event.detail
    reporter = detail.get("reporter")
    cause = snapshots.pair(str(detail.get("cause_ar") or ""), str(detail.get("cause_en") or ""))
    return snapshots.event_data(session, event) | {
        "cause": cause if cause["ar"] else None,
        "reporter": reporter if reporter in REPORTERS else None,
    }


def parents(session: Session, person: Person) -> tuple[Person | None, Person | None]:
    """The registered father and mother."""
    father = session.get(Person, person.father) if person.father else None
    return father, session.get(Person, person.mother) if person.mother else None
