"""The relatives of somebody as the register has them, so that whoever applies for one types no number."""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from services.civil_registry.kinship.kinship import events_of, kinship, marriage_in_force, relation
from services.civil_registry.model import Person
from shared.catalogue import kin

# What the other is to somebody, by what that one is to the other.
INVERSE = {
    "child": "parent",
    "parent": "child",
    "grandchild": "grandparent",
    "grandparent": "grandchild",
    "spouse": "spouse",
    "sibling": "sibling",
}


def kinship_of(session: Session, other: Person, person: Person) -> str | None:
    """What the other is to the person: child, parent, spouse, sibling and so on; None where nothing is known."""
    tie = kinship(session, person, other)
    return INVERSE.get(relation(session, person, other, tie)) if tie in kin.KINSHIPS else None


def near_relatives(session: Session, person: Person) -> list[Person]:
    """Children, spouses, parents, brothers and sisters, the dead too: the nearest first, the eldest of each first."""
    parents = [one for one in (person.father, person.mother) if one]
    children = _persons(session, or_(Person.father == person.id, Person.mother == person.id))
    ids = [*_spouses(session, person), *parents]
    siblings = _persons(session, or_(Person.father.in_(parents), Person.mother.in_(parents))) if parents else []
    found = [*children, *(_persons(session, Person.id.in_(ids)) if ids else []), *siblings]
    return [one for one in dict.fromkeys(found) if one.id != person.id]


def _persons(session: Session, where: ColumnElement[bool]) -> list[Person]:
    query = select(Person).where(where).order_by(Person.born, Person.id)
    return list(session.scalars(query))


def _spouses(session: Session, person: Person) -> Iterable[UUID]:
    events = events_of(session, person.id, "marriage")
    others = {event.spouse if event.person == person.id else event.person for event in events}
    return [one for one in others if one and marriage_in_force(session, person.id, one)]
