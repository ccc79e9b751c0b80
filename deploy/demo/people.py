"""Whom the demo plays with: people of the fictional population, found by making it again from its seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from deploy.population.families import villages
from deploy.population.people import AS_OF, Human
from deploy.population.soldiers import ServiceRegister

OWING = ("liable", "deferred", "evader")
YOUNGEST, OLDEST = 20, 40
YEARS_ABROAD = 5


@dataclass(frozen=True)
class Player:
    """Somebody with all that identity confirmation and the forms ask."""

    national_number: str
    given_name: str
    family_name: str
    father_name: str
    mother_name: str
    born: date
    latin_given: str
    latin_father: str
    latin_family: str
    latin_mother: str

    def identity(self) -> dict[str, str]:
        """What stands on the identity card."""
        fields = ("national_number", "given_name", "family_name", "father_name", "mother_name")
        return {field: getattr(self, field) for field in fields}


def men_abroad(people: int, seed: int = 1) -> Iterator[Player]:
    """Men of serving age whose allowance can be assessed: in Syria's books as owing, abroad for years."""
    service = ServiceRegister(seed)
    service.branches()
    for village in villages(people, seed):
        for one in village.people:
            if one.sex == "M":
                before = len(service.rows["service_record"])
                service.man(one)
                rows = service.rows["service_record"][before:]
                if rows and _status(rows[0]) in OWING and _fits(one):
                    yield _player(one)


def _status(row: str) -> str:
    return row.rstrip("\n").split("\t")[13]


def _fits(one: Human) -> bool:
    age = (AS_OF - one.born) / 365.25
    abroad = any(stay.until is None and (AS_OF - stay.since) / 365.25 > YEARS_ABROAD for stay in one.stays)
    return one.died is None and YOUNGEST < age < OLDEST and abroad and not one.born_abroad


def _player(one: Human) -> Player:
    return Player(
        one.national_number,
        one.given[0],
        one.family[0],
        one.father_name[0],
        one.mother_name[0],
        date.fromordinal(one.born),
        one.given[1],
        one.father_name[1],
        one.family[1],
        one.mother_name[1],
    )
