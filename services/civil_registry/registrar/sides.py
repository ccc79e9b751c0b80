"""Sets the two sides of each contradiction beside each other, as the register has them now."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry import findings, snapshots, vital
from services.civil_registry.kinship import events_of
from services.civil_registry.model import Person, RegisterEvent

Side = dict[str, Any]
FAMILY = "family-extract"
KINDS = ("birth", "marriage", "divorce", "death")


def sides(session: Session, holder: Person, transaction: str, codes: Iterable[str]) -> list[dict[str, Any]]:
    """For each finding whose entry it is on and what stands on either side: {code, of, sides}.

    A finding about a union or a household names no single field: then every event of the holder is shown.
    """
    wanted, told = set(codes), []
    for one in _in_document(session, holder, transaction):
        known = _of_person(session, one)
        told += [
            {"code": code, "of": snapshots.full_name(one), "sides": both}
            for code, both in known.items()
            if code in wanted
        ]
    rest = wanted - {str(row["code"]) for row in told}
    whole = {"of": snapshots.full_name(holder), "sides": _events(session, holder)}
    return [*told, *({"code": code, **whole} for code in sorted(rest))]


def _in_document(session: Session, holder: Person, transaction: str) -> list[Person]:
    if transaction != FAMILY:
        return [holder]
    on_it = select(Person).where(Person.office == holder.office, Person.entry == holder.entry)
    return list(session.scalars(on_it.order_by(Person.born, Person.id)))


def _of_person(session: Session, one: Person) -> dict[str, list[Side]]:
    """What may be wrong with one person's entry and is, each with its two sides."""
    father, mother = vital.parents(session, one)
    births, deaths = events_of(session, one.id, "birth"), events_of(session, one.id, "death")
    wrong = {
        *findings.parentage(one, father, mother),
        *findings.birth(one, births),
        *(findings.death(one, deaths) if one.died_on else []),
    }
    parents = [_day("father_entry", father.born)] if father else []
    parents += [_day("mother_entry", mother.born)] if mother else []
    births_too = [_day("own_entry", one.born), *map(_event, births)]
    deaths_too = [*([_day("own_entry", one.died_on)] if one.died_on else []), *map(_event, deaths)]
    named_mother = f"{one.mother_name} {one.mother_family}"
    known = {
        "father_name": [_text("own_entry", one.father_name), _name("father_entry", father)],
        "mother_name": [_text("own_entry", named_mother), _name("mother_entry", mother, whole=True)],
        "father_sex": [_text("own_entry", one.father_name), _name("father_entry", father, whole=True)],
        "mother_sex": [_text("own_entry", named_mother), _name("mother_entry", mother, whole=True)],
        "born_before_parents": [_day("own_entry", one.born), *parents],
        "birth_date": births_too,
        "birth_twice": births_too,
        "death_date": deaths_too,
        "death_twice": deaths_too,
        "death_event_missing": deaths_too,
    }
    return {code: both for code, both in known.items() if code in wrong}


def _events(session: Session, holder: Person) -> list[Side]:
    return [_event(one) for kind in KINDS for one in events_of(session, holder.id, kind)]


def _text(place: str, value: str) -> Side:
    return {"place": place, "text": value}


def _name(place: str, parent: Person | None, *, whole: bool = False) -> Side:
    if parent is None:
        return _text(place, "")
    return _text(place, f"{parent.given_name} {parent.family_name}" if whole else parent.given_name)


def _day(place: str, day: date) -> Side:
    return {"place": place, "day": day.isoformat()}


def _event(one: RegisterEvent) -> Side:
    return {"place": f"{one.kind}_event", "day": one.happened_on.isoformat(), "number": one.number}
