"""How a family stands on its entry: who is a block of its own, who has left it, and what does not fit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.civil_registry.findings import named
from services.civil_registry.model import Person

Place = tuple[str, int]


@dataclass(frozen=True)
class Union:
    """A marriage of the head, and the divorce that ended it."""

    spouse: Person
    since: date
    divorced_on: date | None


@dataclass(frozen=True)
class Family:
    """An entry: its head, everybody who stands on it, the head's children wherever they stand, the head's marriages."""

    entry: Place
    head: Person | None
    members: list[Person]
    children: list[Person]
    unions: list[Union]


@dataclass(frozen=True)
class Block:
    """A wife and her children who belong to the entry; without a wife, children whose mother the register lacks."""

    union: Union | None
    children: list[Person]


def blocks(found: Family) -> list[Block]:
    """One block for each wife, in the order of the marriages; then the head's children by no known mother.

    Somebody married twice to the head has one block, of the last marriage.
    """
    if found.head is None:
        return []
    shown = _visible(found)
    last = {union.spouse.id: union for union in found.unions}
    made = [
        Block(union, [one for one in shown if spouse in (one.mother, one.father)]) for spouse, union in last.items()
    ]
    placed = {child.id for block in made for child in block.children}
    rest = [one for one in shown if one.id not in placed]
    return [*made, *([Block(None, rest)] if rest else [])]


def others(found: Family) -> list[Person]:
    """Whoever stands on the entry and is neither its head nor in a block."""
    placed = {child.id for child in found.children} | {union.spouse.id for union in found.unions}
    placed |= {found.head.id} if found.head else set()
    return [one for one in found.members if one.id not in placed]


def _visible(found: Family) -> list[Person]:
    """The head's children on the entry, and those moved elsewhere without marrying.

    Who has married stands with a household of their own and drops out; who came back after a divorce is on the entry.
    """
    return [one for one in found.children if place_of(one) == found.entry or one.marital == "single"]


def relation(child: Person) -> str:
    """What a child of the head is called."""
    return "son" if child.sex == "M" else "daughter"


def place_of(one: Person) -> Place:
    """The entry that keeps somebody now."""
    return one.office, one.entry


def findings_in(found: Family) -> list[str]:
    """What on this entry contradicts itself: for a registrar to see, never to be guessed at."""
    head = found.head
    if head is None:
        return []
    spouses = {union.spouse.id for union in found.unions}
    standing = [union.spouse for union in found.unions if union.divorced_on is None and union.spouse.died_on is None]
    return named(
        {
            "head_elsewhere": place_of(head) != found.entry,
            "spouse_elsewhere": head.died_on is None and any(place_of(one) != found.entry for one in standing),
            "marital_status": _status_differs(head, found.unions),
            "parents_marriage_missing": any(
                _other_parent(one, head) not in {None, *spouses} for one in _visible(found)
            ),
        }
    )


def _other_parent(child: Person, head: Person) -> object:
    return child.mother if child.father == head.id else child.father


def _status_differs(head: Person, unions: Iterable[Union]) -> bool:
    """Married in words and by no event, or the other way round."""
    standing = any(union.divorced_on is None and _outlives(union.spouse, head) for union in unions)
    return (head.marital == "married") != standing


def _outlives(spouse: Person, head: Person) -> bool:
    """Whether the head was still married at their own death, or is."""
    return spouse.died_on is None or (head.died_on is not None and head.died_on < spouse.died_on)
