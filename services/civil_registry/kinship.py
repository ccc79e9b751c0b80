"""Reads from the register how two people are related; nobody's word is taken for it."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, literal, or_, select, union
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.model import Person, RegisterEvent
from services.civil_registry.rules import Line

# Ascendants are followed that far; nobody asks for the entry of anybody further up.
GENERATIONS = 6


def kinship(session: Session, asking: Person, holder: Person) -> str | None:
    """What the first is to the second, or None."""
    married = marriage_in_force(session, asking.id, holder.id) is not None
    return rules.kinship(_line(session, asking), _line(session, holder), married=married)


def _line(session: Session, one: Person) -> Line:
    return Line(one.id, frozenset(parent for parent in (one.father, one.mother) if parent), _ascendants(session, one))


def _ascendants(session: Session, one: Person) -> frozenset[UUID]:
    above = select(Person.id, Person.father, Person.mother, literal(0).label("height")).where(Person.id == one.id)
    walked = above.cte(recursive=True)
    parents = select(Person.id, Person.father, Person.mother, walked.c.height + 1).where(
        or_(Person.id == walked.c.father, Person.id == walked.c.mother), walked.c.height < GENERATIONS
    )
    walked = walked.union(parents)
    return frozenset(session.scalars(select(walked.c.id))) - {one.id}


def marriage_in_force(session: Session, one: UUID, other: UUID) -> RegisterEvent | None:
    """The latest marriage of the two, unless a divorce followed it. Death ends no kinship."""
    latest = session.scalar(
        select(RegisterEvent)
        .where(RegisterEvent.kind.in_(("marriage", "divorce")), between(one, other))
        .order_by(RegisterEvent.happened_on.desc(), RegisterEvent.id.desc())
        .limit(1)
    )
    return latest if latest is not None and latest.kind == "marriage" else None


def between(one: UUID, other: UUID) -> ColumnElement[bool]:
    """Events of the two, whoever is named first."""
    first, second = RegisterEvent.person, RegisterEvent.spouse
    return or_(and_(first == one, second == other), and_(first == other, second == one))


def events_of(session: Session, person: UUID, kind: str) -> list[RegisterEvent]:
    """A person's events of one kind, oldest first."""
    named = union(*(select(RegisterEvent.id).where(column == person) for column in _PARTIES)).subquery()
    chosen = select(RegisterEvent).where(RegisterEvent.kind == kind, RegisterEvent.id.in_(select(named.c.id)))
    return list(session.scalars(chosen.order_by(RegisterEvent.happened_on, RegisterEvent.id)))


_PARTIES = (RegisterEvent.person, RegisterEvent.spouse)
