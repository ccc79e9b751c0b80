"""Collects the two sides of each contradiction from the register's present state."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.contents import findings, snapshots, vital
from services.civil_registry.kinship.kinship import events_of
from services.civil_registry.model import Person, RegisterEvent
from shared.values.dates import partial_iso

Side = dict[str, Any]
FAMILY = "family-extract"
KINDS = ("birth", "marriage", "divorce", "death")


def both_sides(session: Session, holder: Person, transaction: str, codes: Iterable[str]) -> list[dict[str, Any]]:
    """One row {code, of, sides} for each finding and person: `of` is the person's name.

    A finding about a union or a household concerns no single field. Its sides are all events of the holder.
    """
    wanted_codes, rows = set(codes), []
    for person in _people_in(session, holder, transaction):
        sides_by_code = _sides_of(session, person)
        rows += [
            {"code": code, "of": snapshots.full_name(person), "sides": sides}
            for code, sides in sides_by_code.items()
            if code in wanted_codes
        ]
    remaining_codes = wanted_codes - {str(row["code"]) for row in rows}
    all_events = {"of": snapshots.full_name(holder), "sides": _events(session, holder)}
    return [*rows, *({"code": code, **all_events} for code in sorted(remaining_codes))]


def _people_in(session: Session, holder: Person, transaction: str) -> list[Person]:
    if transaction != FAMILY:
        return [holder]
    members = select(Person).where(Person.office == holder.office, Person.entry == holder.entry)
    return list(session.scalars(members.order_by(Person.born, Person.id)))


def _sides_of(session: Session, person: Person) -> dict[str, list[Side]]:
    """The sides of each contradiction on one person's entry, by code."""
    father, mother = vital.parents(session, person)
    births, deaths = events_of(session, person.id, "birth"), events_of(session, person.id, "death")
    codes = {
        *findings.parentage(person, father, mother),
        *findings.birth(person, births),
        *(findings.death(person, deaths) if person.died_on else []),
    }
    parents = [_birth("father_entry", father)] if father else []
    parents += [_birth("mother_entry", mother)] if mother else []
    birth_sides = [_birth("own_entry", person), *map(_event, births)]
    death_sides = [*([_day("own_entry", person.died_on)] if person.died_on else []), *map(_event, deaths)]
    mother_name = f"{person.mother_name} {person.mother_family}"
    sides_by_code = {
        "father_name": [_text("own_entry", person.father_name), _name("father_entry", father)],
        "mother_name": [_text("own_entry", mother_name), _name("mother_entry", mother, full=True)],
        "father_sex": [_text("own_entry", person.father_name), _name("father_entry", father, full=True)],
        "mother_sex": [_text("own_entry", mother_name), _name("mother_entry", mother, full=True)],
        "born_before_parents": [_birth("own_entry", person), *parents],
        "birth_date": birth_sides,
        "birth_twice": birth_sides,
        "death_date": death_sides,
        "death_twice": death_sides,
        "death_event_missing": death_sides,
    }
    return {code: sides for code, sides in sides_by_code.items() if code in codes}


def _events(session: Session, holder: Person) -> list[Side]:
    return [_event(event) for kind in KINDS for event in events_of(session, holder.id, kind)]


def _text(source: str, value: str) -> Side:
    return {"place": source, "text": value}


def _name(source: str, parent: Person | None, *, full: bool = False) -> Side:
    if parent is None:
        return _text(source, "")
    return _text(source, f"{parent.given_name} {parent.family_name}" if full else parent.given_name)


def _birth(source: str, person: Person) -> Side:
    return {"place": source, "day": partial_iso(person.born, person.born_precision)}


def _day(source: str, day: date) -> Side:
    return {"place": source, "day": day.isoformat()}


def _event(event: RegisterEvent) -> Side:
    return {"place": f"{event.kind}_event", "day": event.happened_on.isoformat(), "number": event.number}
