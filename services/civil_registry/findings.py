"""Where the register contradicts itself: what is found goes before a registrar, and no paper is drawn meanwhile."""

from collections.abc import Iterable

from services.civil_registry.model import Person, RegisterEvent
from shared.values.person import skeleton

# How names are written: a registrar may find that two ways of it mean one person.
SPELLINGS = frozenset({"father_name", "mother_name"})


def parentage(child: Person, father: Person | None, mother: Person | None) -> list[str]:
    """The parents' names on the child's entry against the parents' own, and who was born first."""
    wrong = {
        "father_name": father is not None and differ(child.father_name, father.given_name),
        "mother_name": mother is not None
        and differ(f"{child.mother_name} {child.mother_family}", f"{mother.given_name} {mother.family_name}"),
        "father_sex": father is not None and father.sex != "M",
        "mother_sex": mother is not None and mother.sex != "F",
        "born_before_parents": any(parent is not None and child.born <= parent.born for parent in (father, mother)),
    }
    return named(wrong)


def birth(child: Person, events: list[RegisterEvent]) -> list[str]:
    """One birth, on the day that the entry states."""
    return named({"birth_twice": len(events) > 1, "birth_date": any(one.happened_on != child.born for one in events)})


def death(dead: Person, events: list[RegisterEvent]) -> list[str]:
    """One death, on the day that the entry states."""
    return named(
        {
            "death_event_missing": not events,
            "death_twice": len(events) > 1,
            "death_date": any(one.happened_on != dead.died_on for one in events),
        }
    )


def union(event: RegisterEvent, husband: Person, wife: Person) -> list[str]:
    """A man and a woman, both born before, neither dead."""
    both = (husband, wife)
    return named(
        {
            "spouse_sex": (husband.sex, wife.sex) != ("M", "F"),
            "before_birth": any(event.happened_on < one.born for one in both),
            "after_death": any(one.died_on is not None and one.died_on < event.happened_on for one in both),
        }
    )


def differ(one: str, other: str) -> bool:
    """Whether two spellings are two names."""
    return skeleton(one) != skeleton(other)


def named(wrong: dict[str, bool]) -> list[str]:
    """The codes of what is wrong."""
    return [code for code, found in wrong.items() if found]


def forbid(codes: Iterable[str]) -> bool:
    """Whether nothing can be drawn at all: more than the spelling of a name is wrong."""
    return not set(codes) <= SPELLINGS


def unique(codes: Iterable[str]) -> list[str]:
    """Each code once, in the order found."""
    return list(dict.fromkeys(codes))
