"""Contents of a family extract: the entry's head, a block for each wife with her children, and other members."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.civil_registry.contents import findings, household, snapshots, vital
from services.civil_registry.contents.household import Family, Union, entry_key
from services.civil_registry.contents.snapshots import Data
from services.civil_registry.kinship.kinship import events_of
from services.civil_registry.model import FamilyEntry, Person, RegisterEvent, RegistryOffice


def family_extract(session: Session, holder: Person, _options: Data) -> tuple[Data, list[str]]:
    """Contents for the holder's present entry, and the codes of contradictions."""
    family = _load_family(session, holder)
    codes = household.findings_in(family)
    for member in family.members:
        codes += findings.parentage(member, *vital.parents(session, member))
    if findings.prevents_drawing(codes):
        return {}, findings.unique_codes(codes)
    head = family.head
    blocks = [_block_data(session, family, block) for block in household.blocks(family)]
    return {
        "head": _member_data(session, family, head, "head") if head else None,
        "blocks": blocks,
        "others": [_member_data(session, family, member, "member") for member in household.remaining_members(family)],
        "annotations": _annotations(session, family),
    }, findings.unique_codes(codes)


def _annotations(session: Session, family: Family) -> list[Data]:
    """The annotations of all members, each with the member's name."""
    return [
        {**note, "name": snapshots.full_name(member)}
        for member in family.members
        for note in snapshots.annotations(session, member)
    ]


def _load_family(session: Session, holder: Person) -> Family:
    entry = session.get_one(FamilyEntry, (holder.office, holder.entry))
    members_query = select(Person).where(Person.office == holder.office, Person.entry == holder.entry)
    members = list(session.scalars(members_query.order_by(Person.born, Person.id)))
    head = session.get(Person, entry.head) if entry.head else None
    if head is None:
        return Family((holder.office, holder.entry), None, members, [], [])
    children_query = select(Person).where(or_(Person.father == head.id, Person.mother == head.id))
    children = list(session.scalars(children_query.order_by(Person.born, Person.id)))
    return Family((holder.office, holder.entry), head, members, children, _unions(session, head))


def _unions(session: Session, head: Person) -> list[Union]:
    """The head's marriages with the divorce that ended each, oldest first."""
    divorces = events_of(session, head.id, "divorce")
    marriages = [(event, _spouse_of(session, event, head)) for event in events_of(session, head.id, "marriage")]
    return [Union(spouse, event.happened_on, _divorced_on(event, spouse, divorces)) for event, spouse in marriages]


def _spouse_of(session: Session, event: RegisterEvent, head: Person) -> Person:
    return session.get_one(Person, event.spouse if event.person == head.id else event.person)


def _divorced_on(marriage: RegisterEvent, spouse: Person, divorces: Iterable[RegisterEvent]) -> date | None:
    days = [
        divorce.happened_on
        for divorce in divorces
        if spouse.id in (divorce.person, divorce.spouse) and divorce.happened_on >= marriage.happened_on
    ]
    return min(days, default=None)


def _block_data(session: Session, family: Family, block: household.Block) -> Data:
    union = block.union
    wife = _member_data(session, family, union.spouse, "wife") if union else None
    return {
        "spouse": wife,
        "married_on": union.since.isoformat() if union else None,
        "divorced_on": union.divorced_on.isoformat() if union and union.divorced_on else None,
        "children": [_member_data(session, family, child, household.relation(child)) for child in block.children],
    }


def _member_data(session: Session, family: Family, member: Person, relation: str) -> Data:
    moved = entry_key(member) != family.entry
    office = session.get_one(RegistryOffice, member.office)
    return snapshots.person_data(member) | {
        "relation": relation,
        "name": snapshots.full_name(member),
        "moved_to": snapshots.entry_data(session, member, office) if moved else None,
    }
