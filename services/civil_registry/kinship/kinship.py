"""Reads from the register how two people are related. An applicant's own claim proves nothing."""

from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union
from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.model import Person, RegisterEvent
from services.civil_registry.rules import Lineage
from shared.database.db import now
from shared.values.dates import local_date

# Ascendants are read up to this many generations, which covers every living person.
GENERATIONS = 6
DESCENDANTS = {1: "child", 2: "grandchild"}
ASCENDANTS = {1: "parent", 2: "grandparent"}


def kinship(session: Session, applicant: Person, holder: Person) -> str | None:
    """The applicant's kinship to the holder, or None."""
    married = marriage_in_force(session, applicant.id, holder.id) is not None
    return rules.kinship(_lineage(session, applicant), _lineage(session, holder), married=married)


def collateral(session: Session, agent: Person, child: Person) -> tuple[str | None, bool]:
    """What a grown agent is to a child besides an ascendant, and whether the register has the father as living."""
    of_age = rules.is_of_age_everywhere(agent.born, local_date(now(session), rules.ZONE))
    father = session.get(Person, child.father) if child.father else None
    father_lineage = _lineage(session, father) if father else None
    tie = rules.collateral(_lineage(session, agent), agent.sex, _lineage(session, child), father_lineage)
    return tie if of_age else None, father is not None and father.died_on is None


def relation(session: Session, applicant: Person, holder: Person, tie: str) -> str:
    """The tie as documents say it: ascendants and descendants by generation, as far as the language has a word."""
    if tie == "descendant":
        return DESCENDANTS.get(_generations(session, applicant, holder), tie)
    if tie == "ascendant":
        return ASCENDANTS.get(_generations(session, holder, applicant), tie)
    return tie


def _generations(session: Session, person: Person, ascendant: Person) -> int:
    """How many generations an ascendant of the person stands above: 1 for a parent, 2 for a grandparent, 3 for more."""
    parents = {parent for parent in (person.father, person.mother) if parent}
    if ascendant.id in parents:
        return 1
    rows = session.execute(select(Person.father, Person.mother).where(Person.id.in_(parents)))
    return 2 if any(ascendant.id in row for row in rows) else 3


def _lineage(session: Session, person: Person) -> Lineage:
    return Lineage(
        person.id,
        frozenset(parent for parent in (person.father, person.mother) if parent),
        _ascendants(session, person),
    )


def degree(session: Session, one: Person, other: Person) -> int | None:
    """The degree of two blood relatives; None for others."""
    return rules.degree(_heights(session, one), _heights(session, other))


def _ascendants(session: Session, person: Person) -> frozenset[UUID]:
    return frozenset(_heights(session, person)) - {person.id}


def _heights(session: Session, person: Person) -> dict[UUID, int]:
    """The person and their ascendants, each with the fewest generations that lie between."""
    start = select(Person.id, Person.father, Person.mother, literal(0).label("height")).where(Person.id == person.id)
    ancestry = start.cte(recursive=True)
    parents = select(Person.id, Person.father, Person.mother, ancestry.c.height + 1).where(
        or_(Person.id == ancestry.c.father, Person.id == ancestry.c.mother), ancestry.c.height < GENERATIONS
    )
    ancestry = ancestry.union(parents)
    nearest = select(ancestry.c.id, func.min(ancestry.c.height).label("height")).group_by(ancestry.c.id)
    return {row.id: row.height for row in session.execute(nearest)}


def marriage_in_force(session: Session, person: UUID, spouse: UUID) -> RegisterEvent | None:
    """The latest marriage of the two, or None after a divorce. Death does not end kinship."""
    latest = session.scalar(
        select(RegisterEvent)
        .where(RegisterEvent.kind.in_(("marriage", "divorce")), involves_both(person, spouse))
        .order_by(RegisterEvent.happened_on.desc(), RegisterEvent.id.desc())
        .limit(1)
    )
    return latest if latest is not None and latest.kind == "marriage" else None


def involves_both(person: UUID, spouse: UUID) -> ColumnElement[bool]:
    """Selects events of the two persons, in either order."""
    person_column, spouse_column = RegisterEvent.person, RegisterEvent.spouse
    return or_(
        and_(person_column == person, spouse_column == spouse), and_(person_column == spouse, spouse_column == person)
    )


def events_of(session: Session, person: UUID, kind: str) -> list[RegisterEvent]:
    """A person's events of one kind, oldest first."""
    event_ids = union(*(select(RegisterEvent.id).where(column == person) for column in _PARTIES)).subquery()
    events = select(RegisterEvent).where(RegisterEvent.kind == kind, RegisterEvent.id.in_(select(event_ids.c.id)))
    return list(session.scalars(events.order_by(RegisterEvent.happened_on, RegisterEvent.id)))


_PARTIES = (RegisterEvent.person, RegisterEvent.spouse)
