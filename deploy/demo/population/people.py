"""The people, households and marriages of a generated community. Days are ordinals, quick to compare."""

from dataclasses import dataclass, field
from datetime import date

from deploy.demo.population.locations import Office
from deploy.demo.population.names import Pair
from shared.values.dates import DAY

# The registers are complete up to here; nothing in the population depends on the day it is generated.
AS_OF = date(2026, 10, 31).toordinal()
NOBODY: Pair = ("", "")


@dataclass(slots=True)
class Household:
    """A family entry (khana) at an office."""

    office: Office
    number: int
    quarter: Pair
    head: "Human | None"
    opened: int


@dataclass(slots=True)
class Stay:
    """Time spent abroad; `until` is None while it lasts. `place` is an index into CITIES."""

    place: int
    since: int
    until: int | None

    def covers(self, day: int) -> bool:
        """Whether that day was spent there."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(slots=True, eq=False, repr=False)
class Human:
    """One person, alive or dead."""

    id: str
    sex: str
    given: Pair
    family: Pair
    father_name: Pair
    mother_name: Pair
    mother_family: Pair
    born: int
    died: int | None = None
    father: "Human | None" = None
    mother: "Human | None" = None
    national_number: str = ""
    birthplace: Pair = NOBODY
    born_abroad: bool = False
    entry: Household | None = None
    marriages: list["Marriage"] = field(default_factory=list)
    children: list["Human"] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    born_precision: str = DAY

    def home(self) -> Household:
        """The entry that keeps this person. Everybody generated has one."""
        assert self.entry is not None
        return self.entry

    def lives_on(self, day: int) -> bool:
        """Born and not dead by then; the day of death does not count."""
        return self.born <= day and (self.died is None or day < self.died)

    def marital(self) -> str:
        """As the register states it now, or at death."""
        states = [marriage.state_for(self) for marriage in self.marriages]
        if "married" in states:
            return "married"
        return states[-1] if states else "single"


@dataclass(slots=True, eq=False, repr=False)
class Marriage:
    """A marriage, the entry both keep, and its end if there was one."""

    husband: Human
    wife: Human
    since: int
    left: Household | None
    divorced: int | None = None

    def state_for(self, one: Human) -> str:
        """What this marriage makes of one of the two."""
        if self.divorced is not None:
            return "divorced"
        other = self.wife if one is self.husband else self.husband
        if other.died is not None and (one.died is None or other.died <= one.died):
            return "widowed"
        return "married"

    def last_birth(self) -> int:
        """The last day on which a child of this marriage may be born."""
        ends = [AS_OF, self.wife.born + 45 * 365, self.husband.born + 66 * 365]
        ends += [day - 1 for day in (self.divorced, self.wife.died, self.husband.died) if day is not None]
        return min(ends)


@dataclass(slots=True, repr=False)
class Community:
    """People, the entries that keep them and their marriages: what registers are filled from."""

    people: list[Human] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    marriages: list[Marriage] = field(default_factory=list)
