"""Groups the members of a family entry into blocks, and finds contradictions between them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.civil_registry.contents.findings import codes_of
from services.civil_registry.model import Person

EntryKey = tuple[str, int]


@dataclass(frozen=True)
class Union:
    """A marriage of the head, and the divorce that ended it."""

    spouse: Person
    since: date
    divorced_on: date | None


@dataclass(frozen=True)
class Family:
    """A family entry: its head and members, and the head's children (on any entry) and marriages."""

    entry: EntryKey
    head: Person | None
    members: list[Person]
    children: list[Person]
    unions: list[Union]


@dataclass(frozen=True)
class Block:
    """A wife and her children on the entry. Without a union, the children whose mother is not registered."""

    union: Union | None
    children: list[Person]


def blocks(family: Family) -> list[Block]:
    """One block for each wife in the order of the marriages, then one for children without a registered mother.

    A wife who married the head twice has one block, for the last marriage.
    """
    if family.head is None:
        return []
    visible_children = _visible(family)
    last = {union.spouse.id: union for union in family.unions}
    wife_blocks = [
        Block(union, [child for child in visible_children if spouse in (child.mother, child.father)])
        for spouse, union in last.items()
    ]
    placed_ids = {child.id for block in wife_blocks for child in block.children}
    unplaced = [child for child in visible_children if child.id not in placed_ids]
    return [*wife_blocks, *([Block(None, unplaced)] if unplaced else [])]


def remaining_members(family: Family) -> list[Person]:
    """The members who are neither the head nor in a block."""
    placed_ids = {child.id for child in family.children} | {union.spouse.id for union in family.unions}
    placed_ids |= {family.head.id} if family.head else set()
    return [member for member in family.members if member.id not in placed_ids]


def _visible(family: Family) -> list[Person]:
    """The head's children on the entry, and those who moved to another entry unmarried.

    A married child has an entry of their own and is left out. A child who returned after a divorce is on the entry.
    """
    return [child for child in family.children if entry_key(child) == family.entry or child.marital == "single"]


def relation(child: Person) -> str:
    """The relation of a child to the head: son or daughter."""
    return "son" if child.sex == "M" else "daughter"


def entry_key(person: Person) -> EntryKey:
    """The key of a person's present entry: office and number."""
    return person.office, person.entry


def findings_in(family: Family) -> list[str]:
    """The codes of contradictions between the members of an entry. Only a registrar resolves them."""
    head = family.head
    if head is None:
        return []
    spouses = {union.spouse.id for union in family.unions}
    current_spouses = [
        union.spouse for union in family.unions if union.divorced_on is None and union.spouse.died_on is None
    ]
    return codes_of(
        {
            "head_elsewhere": entry_key(head) != family.entry,
            "spouse_elsewhere": head.died_on is None
            and any(entry_key(person) != family.entry for person in current_spouses),
            "marital_status": _status_differs(head, family.unions),
            "parents_marriage_missing": any(
                _other_parent(person, head) not in {None, *spouses} for person in _visible(family)
            ),
        }
    )


def _other_parent(child: Person, head: Person) -> object:
    return child.mother if child.father == head.id else child.father


def _status_differs(head: Person, unions: Iterable[Union]) -> bool:
    """Whether the head's marital status disagrees with the registered marriages."""
    married = any(union.divorced_on is None and _outlives(union.spouse, head) for union in unions)
    return (head.marital == "married") != married


def _outlives(spouse: Person, head: Person) -> bool:
    """Whether the spouse is alive, or died after the head."""
    return spouse.died_on is None or (head.died_on is not None and head.died_on < spouse.died_on)
