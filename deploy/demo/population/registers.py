"""Turns generated people into the rows of the civil registry: entries, persons, civil events and annotations."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from functools import cache
from random import Random

from hijridate import Gregorian

from deploy.demo.population.locations import GOVERNORATES, OFFICES, Office
from deploy.demo.population.names import Pair, family, given_name, table
from deploy.demo.population.people import AS_OF, Community, Household, Human, Marriage

COLUMNS: dict[str, str] = {
    "registry_office": "code, governorate, name_ar, name_en, governorate_ar, governorate_en, "
    "registrar_ar, registrar_en",
    "family_entry": "office, number, place_ar, place_en, head, opened_on",
    "person": "id, national_number, sex, given_name, father_name, family_name, mother_name, mother_family, "
    "latin_given, latin_father, latin_family, latin_mother, latin_mother_family, born, birthplace, latin_birthplace, "
    "father, mother, office, entry, marital, died_on, born_precision",
    "register_event": "office, kind, number, happened_on, registered_on, person, spouse, place_ar, place_en, detail",
    "annotation": "person, kind, happened_on, number, text_ar, text_en",
}
DIVORCE_TYPES = ("revocable", "irrevocable", "khul", "judicial")
HEADMAN = "headman"
OF_AGE = 18 * 366
_TEXTS: dict[str, Pair] = {key: (arabic, english) for key, arabic, english in table("annotations")}
Rows = dict[str, list[str]]


@cache
def iso(day: int) -> str:
    """An ordinal as PostgreSQL reads dates."""
    return date.fromordinal(day).isoformat()


def line(*values: str | None) -> str:
    """One row as COPY's text format takes it. Names hold neither tabs nor backslashes."""
    return "\t".join("\\N" if value is None else value for value in values) + "\n"


def text(key: str, **pairs: Pair) -> Pair:
    """A remark as a registrar writes it, in both languages."""
    arabic, english = _TEXTS[key]
    return (
        arabic.format(**{name: pair[0] for name, pair in pairs.items()}),
        english.format(**{name: pair[1] for name, pair in pairs.items()}),
    )


def full_name(one: Human) -> Pair:
    """Given name, father's name and family name."""
    parts = [part for part in (one.given, one.father_name, one.family) if part[0]]
    return " ".join(part[0] for part in parts), " ".join(part[1] for part in parts)


def hijri(day: int) -> str:
    """The day of a court's contract in the Hijri calendar, by the Umm al-Qura table."""
    return Gregorian.fromordinal(day).to_hijri().isoformat()


def reporters(one: Human, day: int) -> list[str]:
    """Who can have reported a death: relatives of full age who lived that day; where there is none, the headman."""
    siblings = {id(child): child for parent in (one.father, one.mother) if parent for child in parent.children}
    relatives = {
        "son": [child for child in one.children if child.sex == "M"],
        "daughter": [child for child in one.children if child.sex == "F"],
        "spouse": [
            marriage.wife if one is marriage.husband else marriage.husband
            for marriage in one.marriages
            if marriage.divorced is None or marriage.divorced > day
        ],
        "parent": [parent for parent in (one.father, one.mother) if parent],
        "sibling": [sibling for sibling in siblings.values() if sibling is not one],
    }
    found = [
        tie
        for tie, people in relatives.items()
        if any(person.lives_on(day) and person.born + OF_AGE <= day for person in people)
    ]
    return found or [HEADMAN]


class CivilRegister:
    """Collects rows until they are taken; numbers civil events by office, kind and year."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"{seed} register")  # noqa: S311 - the same rows each time are the point
        self.rows: Rows = defaultdict(list)
        self.numbers: Counter[tuple[str, str, int]] = Counter()
        self.court_numbers: Counter[str] = Counter()

    def offices(self) -> None:
        """The offices themselves, each with a registrar."""
        for office in OFFICES:
            signs = given_name(self.random, "M"), family(self.random)
            names = [" ".join(part[script] for part in signs) for script in (0, 1)]
            self.rows["registry_office"].append(
                line(office.code, office.governorate, *office.name, *GOVERNORATES[office.governorate], *names)
            )

    def enter(self, community: Community) -> None:
        """Everything a community leaves in the register."""
        self.households(community.households)
        for one in community.people:
            self.person(one)
            self.event("birth", one.home().office, one.born, one, place=one.birthplace)
        for marriage in community.marriages:
            self.marriage(marriage)
        for one in community.people:
            if one.died is not None:
                self.death(one, one.died)

    def households(self, households: Iterable[Household]) -> None:
        """Family entries."""
        self.rows["family_entry"] += [
            line(one.office.code, str(one.number), *one.quarter, one.head.id if one.head else None, iso(one.opened))
            for one in households
        ]

    def person(self, one: Human) -> None:
        """One person, on the entry that keeps them now."""
        home = one.home()
        pairs = (one.given, one.father_name, one.family, one.mother_name, one.mother_family)
        self.rows["person"].append(
            line(
                one.id, one.national_number, one.sex, *(pair[0] for pair in pairs), *(pair[1] for pair in pairs),
                iso(one.born), *one.birthplace, one.father.id if one.father else None,
                one.mother.id if one.mother else None, home.office.code, str(home.number), one.marital(),
                iso(one.died) if one.died is not None else None, one.born_precision,
            )
        )  # fmt: skip

    def event(
        self, kind: str, office: Office, day: int, one: Human, spouse: Human | None = None,
        place: Pair = ("", ""), **detail: str,
    ) -> str:  # fmt: skip
        """Registers a civil event some weeks after it happened. Returns its number at that office."""
        registered = min(AS_OF, day + 3 + int(self.random.random() * 57))
        year = date.fromordinal(registered).year
        key = office.code, kind, year
        self.numbers[key] += 1
        number = f"{year}/{self.numbers[key]}"
        self.rows["register_event"].append(
            line(office.code, kind, number, iso(day), iso(registered), one.id, spouse.id if spouse else None, *place,
                 json.dumps(detail, ensure_ascii=False))
        )  # fmt: skip
        return number

    def annotate(self, one: Human, kind: str, day: int, number: str, remark: Pair) -> None:
        """A remark on a person's entry."""
        self.rows["annotation"].append(line(one.id, kind, iso(day), number, *remark))

    def marriage(self, marriage: Marriage) -> None:
        """The marriage, what it changes on two entries, and its divorce."""
        husband, wife = marriage.husband, marriage.wife
        office = husband.home().office
        court = text("court", office=office.name)
        number = self.event(
            "marriage", office, marriage.since, husband, wife, court,
            contract=self.court_number(office), hijri=hijri(marriage.since),
        )  # fmt: skip
        printed = number, number
        there = text("entry", number=(str(husband.home().number),) * 2, office=office.name)
        self.annotate(husband, "marriage", marriage.since, number,
                      text("marriage_husband", other=full_name(wife), number=printed))  # fmt: skip
        self.annotate(wife, "transfer", marriage.since, number,
                      text("marriage_wife", other=full_name(husband), entry=there))  # fmt: skip
        if marriage.divorced is not None:
            self.divorce(marriage, marriage.divorced, court)

    def divorce(self, marriage: Marriage, day: int, court: Pair) -> None:
        """The divorce; the woman's entry returns to where it came from."""
        husband, wife = marriage.husband, marriage.wife
        office = husband.home().office
        number = self.event(
            "divorce", office, day, husband, wife, court,
            decision=self.court_number(office), type=DIVORCE_TYPES[int(self.random.random() * len(DIVORCE_TYPES))],
        )  # fmt: skip
        left = marriage.left or wife.home()
        back = text("entry", number=(str(left.number),) * 2, office=left.office.name)
        self.annotate(husband, "divorce", day, number,
                      text("divorce_husband", other=full_name(wife), number=(number, number)))  # fmt: skip
        self.annotate(wife, "transfer", day, number,
                      text("divorce_wife", other=full_name(husband), entry=back))  # fmt: skip

    def death(self, one: Human, day: int) -> None:
        """The death."""
        office = one.home().office
        known = reporters(one, day)
        reporter = known[int(self.random.random() * len(known))]
        number = self.event("death", office, day, one, place=office.name, reporter=reporter)
        self.annotate(one, "death", day, number, text(f"death_{one.sex}", number=(number, number)))

    def court_number(self, office: Office) -> str:
        """The number a court gives its contract or decision."""
        self.court_numbers[office.code] += 1
        return str(self.court_numbers[office.code])
