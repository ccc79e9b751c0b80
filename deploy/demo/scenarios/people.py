"""Who acts in the demo: people of the fictional population, generated again from its seed."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from deploy.demo.population.families import villages
from deploy.demo.population.people import AS_OF, Human
from deploy.demo.population.soldiers import COLUMNS, ServiceRegister
from deploy.demo.sandbox.findings import CLASHING, INCOMPLETE, REFUSED

OWING = ("liable", "deferred", "evader")
YOUNGEST, YOUNG_UNTIL, OLDEST, LIABLE_UNTIL = 20, 30, 40, 43
DAYS = 365.25
STATUS_PLACE = COLUMNS["service_record"].split(", ").index("status")


@dataclass(frozen=True)
class DemoPerson:
    """Somebody with all that identity confirmation and the forms ask, and a relative where the scenario needs one."""

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
    relative: "DemoPerson | None" = None

    def identity(self) -> dict[str, str]:
        """What stands on the identity card."""
        fields = ("national_number", "given_name", "family_name", "father_name", "mother_name")
        return {field: getattr(self, field) for field in fields}


def age(one: Human) -> float:
    """In years, where the registers end."""
    return (AS_OF - one.born) / DAYS


def has_lived_abroad(one: Human, years: int) -> bool:
    """Has lived abroad for so many years without a break."""
    return any(stay.until is None and (AS_OF - stay.since) / DAYS > years for stay in one.stays)


def owes(one: Human, status: str) -> bool:
    """A man of serving age who lives abroad and owes his service."""
    return status in OWING and YOUNGEST < age(one) < OLDEST and has_lived_abroad(one, 5) and not one.born_abroad


def is_reservist(one: Human, status: str) -> bool:
    """He may be called again, and lives abroad."""
    return status == "reserve" and has_lived_abroad(one, 2)


def has_missed_service(one: Human, status: str) -> bool:
    """He passed the age without serving."""
    return status in OWING and age(one) > LIABLE_UNTIL


def is_married(one: Human, _status: str) -> bool:
    """To one wife or husband, for the first time."""
    return len(one.marriages) == 1 and one.marriages[0].divorced is None and age(one) < 60


def is_divorced(one: Human, _status: str) -> bool:
    """From a first marriage."""
    return len(one.marriages) == 1 and one.marriages[0].divorced is not None


def is_bereaved(one: Human, _status: str) -> bool:
    """Somebody whose father has died."""
    return one.father is not None and one.father.died is not None and YOUNGEST < age(one) < OLDEST


def answered(*digits: str) -> Callable[[Human, str], bool]:
    """Somebody to whose last digit the stand-in ministries give a certain answer."""
    return lambda one, _status: one.national_number[-1] in digits and age(one) < 60


def may_visit(one: Human, status: str) -> bool:
    """Owes his service, and the ministry lets him come."""
    return owes(one, status) and one.national_number[-1] != REFUSED


def is_clearable(one: Human, _status: str) -> bool:
    """Nothing stands against replacing this person's lost passport."""
    return one.national_number[-1] != REFUSED and age(one) < 60


def is_young(one: Human, _status: str) -> bool:
    """Old enough to apply alone, and not for long."""
    return age(one) < YOUNG_UNTIL


Criterion = Callable[[Human, str], bool]
# Who fits which transaction; the default is a man who owes his service.
CRITERIA: dict[str, Criterion] = {
    "marriage-statement": is_married,
    "divorce-statement": is_divorced,
    "death-statement": is_bereaved,
    "reserve-cash-allowance": is_reservist,
    "missed-service-allowance": has_missed_service,
    "criminal-record": answered(CLASHING),
    "movement-statement": answered(INCOMPLETE),
    "visit-facilitation": may_visit,
    "passport-lost": is_clearable,
    "passport-first": is_young,
    "passport-first-urgent": is_young,
}
# A deferral and its renewal belong to one man, and he must not have bought himself out before.
SHARED_PERSON = {"residence-deferral": "deferral", "residence-deferral-renewal": "deferral"}


class Population:
    """The whole population, searchable for people who fit a transaction."""

    def __init__(self, people: int, seed: int = 1) -> None:
        self.people = [*_with_status(people, seed)]

    def fitting(self, slug: str) -> Iterator[DemoPerson]:
        """Living adults who fit this transaction."""
        fits = CRITERIA.get(slug, owes)
        for one, status in self.people:
            if one.died is None and age(one) > YOUNGEST and fits(one, status):
                yield _person(one, one.father if fits is is_bereaved else None)


def _with_status(people: int, seed: int) -> Iterator[tuple[Human, str]]:
    service = ServiceRegister(seed)
    service.branches()
    for village in villages(people, seed):
        for one in village.people:
            before = len(service.rows["service_record"])
            if one.sex == "M":
                service.man(one)
            rows = service.rows["service_record"][before:]
            yield one, rows[0].split("\t")[STATUS_PLACE] if rows else ""


def _person(one: Human, relative: Human | None = None) -> DemoPerson:
    return DemoPerson(
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
        _person(relative) if relative else None,
    )
