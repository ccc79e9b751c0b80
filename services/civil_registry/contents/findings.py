"""Finds contradictions in the register. A registrar settles them; no document is drawn before that."""

from collections.abc import Iterable

from services.civil_registry.model import Person, RegisterEvent
from shared.values.dates import partial_iso
from shared.values.names import is_same_name

# A registrar may decide that two spellings of a name mean one person.
SPELLINGS = frozenset({"father_name", "mother_name"})


def parentage(child: Person, father: Person | None, mother: Person | None) -> list[str]:
    """Compares the parents' names on the child's entry with their own entries, and the dates of birth."""
    contradictions = {
        "father_name": father is not None and names_differ(child.father_name, father.given_name),
        "mother_name": mother is not None
        and names_differ(f"{child.mother_name} {child.mother_family}", f"{mother.given_name} {mother.family_name}"),
        "father_sex": father is not None and father.sex != "M",
        "mother_sex": mother is not None and mother.sex != "F",
        "born_before_parents": any(parent is not None and child.born <= parent.born for parent in (father, mother)),
    }
    return codes_of(contradictions)


def birth(child: Person, events: list[RegisterEvent]) -> list[str]:
    """Checks that there is one birth event at most, on the day of the entry."""
    return codes_of(
        {"birth_twice": len(events) > 1, "birth_date": any(not _is_birthday(event, child) for event in events)}
    )


def _is_birthday(event: RegisterEvent, child: Person) -> bool:
    return partial_iso(event.happened_on, child.born_precision) == partial_iso(child.born, child.born_precision)


def death(deceased: Person, events: list[RegisterEvent]) -> list[str]:
    """Checks that there is exactly one death event, on the day of the entry."""
    return codes_of(
        {
            "death_event_missing": not events,
            "death_twice": len(events) > 1,
            "death_date": any(event.happened_on != deceased.died_on for event in events),
        }
    )


def union(event: RegisterEvent, husband: Person, wife: Person) -> list[str]:
    """Checks that the spouses are a man and a woman, both born before the event and alive on its day."""
    spouses = (husband, wife)
    return codes_of(
        {
            "spouse_sex": (husband.sex, wife.sex) != ("M", "F"),
            "before_birth": any(event.happened_on < spouse.born for spouse in spouses),
            "after_death": any(spouse.died_on is not None and spouse.died_on < event.happened_on for spouse in spouses),
        }
    )


def names_differ(first: str, second: str) -> bool:
    """Whether two spellings mean different names."""
    return bool(first.strip() or second.strip()) and not is_same_name(first, second)


def codes_of(contradictions: dict[str, bool]) -> list[str]:
    """The codes of the contradictions that hold."""
    return [code for code, holds in contradictions.items() if holds]


def prevents_drawing(codes: Iterable[str]) -> bool:
    """Whether a contradiction other than the spelling of a name stops the drawing."""
    return not set(codes) <= SPELLINGS


def unique_codes(codes: Iterable[str]) -> list[str]:
    """Each code once, in the order of first occurrence."""
    return list(dict.fromkeys(codes))
