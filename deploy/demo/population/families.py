"""Four generations of families, village by village, so that a million people never stand in memory at once."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from random import Random

from deploy.demo.population.lives import age_at_death, first_stay_of_child, wander
from deploy.demo.population.locations import CITIES, QUARTERS, ROUND, Office
from deploy.demo.population.names import family, given_name
from deploy.demo.population.people import AS_OF, NOBODY, Community, Household, Human, Marriage
from shared.values.dates import YEAR as YEAR_ONLY

FOUNDER_COUPLES = 14
GENERATIONS = 4
FIRST_KHANA = 101
YEAR = 365
FIRST_FOUNDER = date(1923, 1, 1).toordinal()
# Married before that day: so many children at least, and up to so many less one more. Families grow smaller.
FAMILY_SIZES = (
    (date(1970, 1, 1).toordinal(), 3, 6),
    (date(2000, 1, 1).toordinal(), 2, 5),
    (date.max.toordinal(), 1, 4),
)
# A step coprime to the modulus walks through every serial once: unique numbers that do not count people aloud.
# Serials from 999 000 000 up stay free for the specimens.
SERIALS = 998_999_999
STEP = 387_420_489


class Register:
    """What runs through all villages: the random source and the running numbers."""

    def __init__(self, people: int, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - the same people each time are the point
        self.left = people
        self.given_out = 0
        self.start = self.random.randrange(SERIALS)
        self.khana: Counter[str] = Counter()
        self.founders = 0

    def next_id(self) -> str:
        """A UUID of the random kind, from the seeded source."""
        drawn = f"{self.random.getrandbits(128):032x}"
        return f"{drawn[:8]}-{drawn[8:12]}-4{drawn[13:16]}-8{drawn[17:20]}-{drawn[20:]}"

    def next_number(self, office: Office) -> str:
        """A national number: the governorate's two digits and nine more."""
        self.given_out += 1
        return f"{office.governorate}{(self.start + self.given_out * STEP) % SERIALS:09d}"

    def next_office(self) -> Office:
        """The office of the next founding family."""
        self.founders += 1
        return ROUND[(self.founders - 1) % len(ROUND)]

    def household(self, head: Human | None, office: Office, opened: int) -> Household:
        """A new family entry, numbered within its office."""
        self.khana[office.code] += 1
        quarter = QUARTERS[int(self.random.random() * len(QUARTERS))]
        return Household(office, FIRST_KHANA + self.khana[office.code], quarter, head, opened)


class Village(Community):
    """Some families of several offices whose children marry one another."""

    def __init__(self, register: Register) -> None:
        super().__init__()
        self.register = register
        self.random = register.random

    def live(self) -> None:
        """Runs the village from its founders to today."""
        couples = self.founders()
        for _ in range(2, GENERATIONS + 1):
            generation = [child for couple in couples for child in self.add_children(couple)]
            couples = self.pair_off(generation)

    def founders(self) -> list[Marriage]:
        """The first generation: couples whose own parents are names only."""
        couples = []
        for _ in range(FOUNDER_COUPLES):
            if self.register.left < 2:
                break
            office = self.register.next_office()
            born = FIRST_FOUNDER + int(self.random.random() * 16 * YEAR)
            husband = self.founder("M", office, born)
            wife = self.founder("F", office, born + int(self.random.random() * 8 * YEAR))
            couples.append(self.marry(husband, wife, wife.born + int((18 + self.random.random() * 7) * YEAR)))
        if self.register.left == 1 and len(couples) < FOUNDER_COUPLES:
            self.founder("M", self.register.next_office(), FIRST_FOUNDER)
        return couples

    def founder(self, sex: str, office: Office, born: int) -> Human:
        """Somebody who lived to marry and to see children."""
        random = self.random
        name, person = given_name(random, sex), self.register.next_id()
        one = Human(
            person, sex, name, family(random),
            given_name(random, "M", {name}), given_name(random, "F", {name}), family(random), born,
            died=age_at_death(random, born, at_least=48), national_number=self.register.next_number(office),
            birthplace=office.name,
        )  # fmt: skip
        _forget(one)
        # A woman's father heads the entry she comes from; he is before the register's time.
        one.entry = self.open(one if sex == "M" else None, office, born)
        self.add(one)
        return one

    def open(self, head: Human | None, office: Office, day: int) -> Household:
        """Opens an entry."""
        opened = self.register.household(head, office, day)
        self.households.append(opened)
        return opened

    def add(self, one: Human) -> None:
        """Counts one person of those asked for."""
        self.people.append(one)
        self.register.left -= 1

    def marry(self, husband: Human, wife: Human, day: int) -> Marriage:
        """The husband opens his own entry at his first marriage; each wife's entry moves to it."""
        if husband.home().head is not husband:
            husband.entry = self.open(husband, husband.home().office, day)
        marriage = Marriage(husband, wife, day, left=wife.entry)
        wife.entry = husband.entry
        husband.marriages.append(marriage)
        wife.marriages.append(marriage)
        self.marriages.append(marriage)
        return marriage

    def add_children(self, couple: Marriage) -> list[Human]:
        """The couple's children, twins among them."""
        random = self.random
        children: list[Human] = []
        fewest, spread = next(size for before, *size in FAMILY_SIZES if couple.since < before)
        wanted = fewest + int(random.random() * spread)
        last = couple.last_birth()
        day = couple.since + 290 + int(random.random() * 600)
        while len(children) < wanted and day <= last and self.register.left:
            children.append(self.child(couple, day))
            if random.random() < 0.012 and self.register.left:
                children.append(self.child(couple, day))
            day += 400 + int(random.random() * 1100)
        return children

    def child(self, couple: Marriage, day: int) -> Human:
        """A birth, on the father's entry."""
        random, father, mother = self.random, couple.husband, couple.wife
        sex = "M" if random.random() < 0.512 else "F"
        taken = {father.given, mother.given, *(child.given for child in father.children)}
        away = next((stay for stay in father.stays if stay.covers(day)), None)
        home = father.home()
        one = Human(
            self.register.next_id(), sex, given_name(random, sex, taken), father.family,
            father.given, mother.given, mother.family, day, age_at_death(random, day), father, mother,
            self.register.next_number(home.office), CITIES[away.place][1] if away else home.office.name,
            away is not None, home,
        )  # fmt: skip
        if sex == "M":
            if away:
                one.stays.append(first_stay_of_child(random, one, away))
            wander(random, one)
        father.children.append(one)
        mother.children.append(one)
        self.add(one)
        return one

    def pair_off(self, generation: list[Human]) -> list[Marriage]:
        """Marries a generation among itself; cousins may, siblings may not."""
        men = [one for one in generation if one.sex == "M"]
        women = [one for one in generation if one.sex == "F"]
        couples = []
        for wife in women:
            day = wife.born + int((17.5 + self.random.random() ** 2 * 16) * YEAR)
            if day > AS_OF - 30 or not wife.lives_on(day) or self.random.random() < 0.05:
                continue
            husband = self.suitor(men, wife, day)
            if husband is not None:
                couples.append(self.marry(husband, wife, day))
        for couple in couples:
            self.divorce(couple)
        return couples

    def suitor(self, men: list[Human], wife: Human, day: int) -> Human | None:
        """A man of fitting age who is free that day, or, rarely, one who takes another wife."""
        start = int(self.random.random() * (len(men) or 1))
        for index in range(len(men)):
            man = men[(start + index) % len(men)]
            fits = -13 * YEAR < man.born - wife.born < 2 * YEAR and man.born + 19 * YEAR <= day and man.lives_on(day)
            if fits and not are_siblings(man, wife) and not has_sister_of(man, wife) and self.is_free(man, day):
                return man
        return None

    def is_free(self, man: Human, day: int) -> bool:
        """Unmarried; or married longer than three years and among the few with several wives."""
        if not man.marriages:
            return True
        since = max(marriage.since for marriage in man.marriages)
        return len(man.marriages) < 3 and since + 3 * YEAR < day and self.random.random() < 0.03

    def divorce(self, couple: Marriage) -> None:
        """Ends some marriages; the woman's entry returns to where it came from."""
        if self.random.random() > 0.09:
            return
        day = couple.since + 200 + int(self.random.random() * 12 * YEAR)
        if day < AS_OF - 60 and couple.husband.lives_on(day) and couple.wife.lives_on(day):
            couple.divorced = day
            couple.wife.entry = couple.left


def _forget(founder: Human) -> None:
    """What the oldest entries lack: of one in four the day of birth, of one in sixteen the mother's name.

    The person's id decides, so that no random number is drawn for it.
    """
    lot = int(founder.id[:2], 16)
    if lot % 4 == 0:
        founder.born, founder.born_precision = date(date.fromordinal(founder.born).year, 1, 1).toordinal(), YEAR_ONLY
    if lot % 16 == 1:
        founder.mother_name = founder.mother_family = NOBODY


def are_siblings(one: Human, other: Human) -> bool:
    """Whether two people have a known parent in common."""
    shares_father = one.father is not None and one.father is other.father
    return shares_father or (one.mother is not None and one.mother is other.mother)


def has_sister_of(man: Human, wife: Human) -> bool:
    """Whether a man ever married a sister of hers: two sisters at once are forbidden, and who divorces comes later."""
    return any(are_siblings(marriage.wife, wife) for marriage in man.marriages)


def villages(people: int, seed: int) -> Iterator[Village]:
    """Exactly so many people; the same size and seed give the same people."""
    register = Register(people, seed)
    while register.left > 0:
        village = Village(register)
        village.live()
        yield village
