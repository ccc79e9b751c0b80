"""Turns the men born since 1965 into rows of the conscription register: service records and stays abroad."""

from collections import Counter, defaultdict
from datetime import date
from random import Random

from deploy.demo.population.locations import CITIES, OFFICES
from deploy.demo.population.people import AS_OF, Community, Human
from deploy.demo.population.registers import Rows, iso, line, text

COLUMNS: dict[str, str] = {
    "recruitment_branch": "code, name_ar, name_en",
    "service_record": "person, national_number, given_name, family_name, father_name, mother_name, latin_given, "
    "latin_family, latin_father, latin_mother, birthplace, latin_birthplace, born, branch, record_number, class_year, "
    "status, born_abroad, recorded_on, born_precision",
    "residence_abroad": "person, country, from_on, until_on",
}
FIRST_CLASS = 1965
RECORDED_AT = 18 * 365 + 5
OLDEST_LIABLE = 42
# Status and its share in a hundred, by age now or at death; and for men of serving age who live abroad today.
YOUNG = (("liable", 50), ("deferred", 42), ("exempt", 5), ("evader", 3))
SERVING = (("reserve", 45), ("served", 25), ("exempt", 12), ("liable", 10), ("evader", 8))
SERVING_ABROAD = (("deferred", 45), ("liable", 30), ("evader", 25))
PAST = (("served", 70), ("exempt", 15), ("reserve", 8), ("evader", 7))


class ServiceRegister:
    """Collects rows until they are taken; numbers records by branch and class."""

    def __init__(self, seed: int) -> None:
        self.random = Random(f"{seed} service")  # noqa: S311 - the same rows each time are the point
        self.rows: Rows = defaultdict(list)
        self.numbers: Counter[tuple[str, int]] = Counter()

    def branches(self) -> None:
        """One recruitment branch beside each registry office, under the same code."""
        self.rows["recruitment_branch"] += [
            line(office.code, *text("branch", office=office.name)) for office in OFFICES
        ]

    def enter(self, community: Community) -> None:
        """The community's men of the classes kept."""
        for one in community.people:
            if one.sex == "M":
                self.man(one)

    def man(self, one: Human) -> None:
        """His record, once he was called to register, and his stays abroad."""
        year = date.fromordinal(one.born).year
        recorded = one.born + RECORDED_AT + int(self.random.random() * 120)
        if year < FIRST_CLASS or recorded > AS_OF or not one.lives_on(recorded):
            return
        branch = one.home().office.code
        self.numbers[branch, year] += 1
        self.rows["service_record"].append(
            line(
                one.id, one.national_number, one.given[0], one.family[0], one.father_name[0],
                f"{one.mother_name[0]} {one.mother_family[0]}", one.given[1], one.family[1], one.father_name[1],
                f"{one.mother_name[1]} {one.mother_family[1]}", *one.birthplace,
                iso(one.born), branch, f"{year}/{self.numbers[branch, year]:06d}", str(year), self.status(one),
                "t" if one.born_abroad else "f", iso(recorded), one.born_precision,
            )
        )  # fmt: skip
        self.rows["residence_abroad"] += [
            line(one.id, CITIES[stay.place][0], iso(stay.since), None if stay.until is None else iso(stay.until))
            for stay in one.stays
        ]

    def status(self, one: Human) -> str:
        """Where he stands towards service."""
        if is_only_son(one):
            return "only_son"
        age = ((AS_OF if one.died is None else one.died) - one.born) // 365.25
        if age > OLDEST_LIABLE:
            return self.draw(PAST)
        if age < 25:
            return self.draw(YOUNG)
        return self.draw(SERVING_ABROAD if any(stay.until is None for stay in one.stays) else SERVING)

    def draw(self, shares: tuple[tuple[str, int], ...]) -> str:
        """One of the statuses, by its share."""
        left = self.random.random() * 100
        for status, share in shares:
            left -= share
            if left < 0:
                return status
        return shares[0][0]


def is_only_son(one: Human) -> bool:
    """No brother by father or mother stands in the register."""
    parents = [parent for parent in (one.father, one.mother) if parent is not None]
    return bool(parents) and all(sum(child.sex == "M" for child in parent.children) == 1 for parent in parents)
