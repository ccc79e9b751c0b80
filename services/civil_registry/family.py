"""Draws a family extract: the entry's head, a block for each wife with her children, and whoever else stands on it."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.civil_registry import findings, household, snapshots, vital
from services.civil_registry.household import Family, Union, place_of
from services.civil_registry.kinship import events_of
from services.civil_registry.model import FamilyEntry, Person, RegisterEvent, RegistryOffice
from services.civil_registry.snapshots import Data


def family(session: Session, holder: Person, _options: Data) -> tuple[Data, list[str]]:
    """What a family extract says of the entry that keeps the holder now; and where the register contradicts itself."""
    found = _family(session, holder)
    wrong = household.findings_in(found)
    for member in found.members:
        wrong += findings.parentage(member, *vital.parents(session, member))
    if findings.forbid(wrong):
        return {}, findings.unique(wrong)
    head = found.head
    blocks = [_block(session, found, block) for block in household.blocks(found)]
    return {
        "head": _row(session, found, head, "head") if head else None,
        "blocks": blocks,
        "others": [_row(session, found, one, "member") for one in household.others(found)],
        "annotations": _annotations(session, found),
    }, findings.unique(wrong)


def _annotations(session: Session, found: Family) -> list[Data]:
    """The remarks on everybody who stands on the entry, each with whose it is."""
    return [
        {**note, "name": snapshots.full_name(one)}
        for one in found.members
        for note in snapshots.annotations(session, one)
    ]


def _family(session: Session, holder: Person) -> Family:
    entry = session.get_one(FamilyEntry, (holder.office, holder.entry))
    on_it = select(Person).where(Person.office == holder.office, Person.entry == holder.entry)
    members = list(session.scalars(on_it.order_by(Person.born, Person.id)))
    head = session.get(Person, entry.head) if entry.head else None
    if head is None:
        return Family((holder.office, holder.entry), None, members, [], [])
    below = select(Person).where(or_(Person.father == head.id, Person.mother == head.id))
    children = list(session.scalars(below.order_by(Person.born, Person.id)))
    return Family((holder.office, holder.entry), head, members, children, _unions(session, head))


def _unions(session: Session, head: Person) -> list[Union]:
    """The head's marriages with the divorce that ended each, oldest first."""
    divorces = events_of(session, head.id, "divorce")
    married = [(event, _other(session, event, head)) for event in events_of(session, head.id, "marriage")]
    return [Union(spouse, event.happened_on, _ended(event, spouse, divorces)) for event, spouse in married]


def _other(session: Session, event: RegisterEvent, head: Person) -> Person:
    return session.get_one(Person, event.spouse if event.person == head.id else event.person)


def _ended(marriage: RegisterEvent, spouse: Person, divorces: Iterable[RegisterEvent]) -> date | None:
    days = [
        one.happened_on
        for one in divorces
        if spouse.id in (one.person, one.spouse) and one.happened_on >= marriage.happened_on
    ]
    return min(days, default=None)


def _block(session: Session, found: Family, block: household.Block) -> Data:
    union = block.union
    wife = _row(session, found, union.spouse, "wife") if union else None
    return {
        "spouse": wife,
        "married_on": union.since.isoformat() if union else None,
        "divorced_on": union.divorced_on.isoformat() if union and union.divorced_on else None,
        "children": [_row(session, found, child, household.relation(child)) for child in block.children],
    }


def _row(session: Session, found: Family, one: Person, relation: str) -> Data:
    moved = place_of(one) != found.entry
    office = session.get_one(RegistryOffice, one.office)
    return snapshots.person(one) | {
        "relation": relation,
        "name": snapshots.full_name(one),
        "died_on": one.died_on.isoformat() if one.died_on else None,
        "moved_to": snapshots.entry(session, one, office) if moved else None,
    }
