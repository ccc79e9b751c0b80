"""Until when a mandate is good, what it covers, who is a minor: dated rules, each with its source."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.catalogue.model import AGENT, GUARDIAN
from shared.values.dates import add_months, age_on
from shared.values.person import skeleton

GRANTED, POWER, GUARDIANSHIP = "granted", "power_of_attorney", "guardianship"
KINDS = (GRANTED, POWER, GUARDIANSHIP)
OFFERED, TO_CHECK, ACCEPTED = "offered", "to_check", "accepted"
DECLINED, REFUSED, REVOKED = "declined", "refused", "revoked"
CAPACITY_OF = {GRANTED: AGENT, POWER: AGENT, GUARDIANSHIP: GUARDIAN}


@dataclass(frozen=True)
class Months:
    """So many months, from a date on, by a source; `certainty` H, M or L, or house for a rule of our own."""

    valid_from: date
    months: int
    source: str
    certainty: str


# No law read so far limits a power of attorney; a year keeps forgotten ones from living on.
LONGEST = (Months(date(2025, 1, 1), 12, "house rule", "house"),)
# MOFAE on first passports: a court's guardianship certificate no older than three months, attested.
GUARDIAN_PAPER = (Months(date(2025, 1, 1), 3, "MOFAE, first passport", "H"),)
# Civil Code (Legislative Decree 84/1949), art. 46: of age on the eighteenth birthday.
MAJORITY_YEARS = 18


def in_force(rows: Iterable[Months], on: date) -> Months:
    """The row that applies on a day: the latest that had begun, the first one for days before all."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return next((row for row in reversed(ordered) if row.valid_from <= on), ordered[0])


def latest_end(on: date) -> date:
    """The last day a mandate given on a day may be good."""
    return add_months(on, in_force(LONGEST, on).months)


def deed_good_until(issued_on: date) -> date:
    """The last day on which a guardianship certificate is taken."""
    return add_months(issued_on, in_force(GUARDIAN_PAPER, issued_on).months)


def is_minor(born: date, today: date) -> bool:
    """Not yet eighteen on this day; somebody born on 29 February comes of age on 1 March."""
    return age_on(born, today) < MAJORITY_YEARS


def match_key(name: dict[str, str], born: date) -> str | None:
    """What two entries of one person share, however spelt: names, mother, birth date. None without a mother's name."""
    mother = skeleton(str(name.get("mother") or ""))
    own = "".join(skeleton(str(name.get(part) or "")) for part in ("given", "father", "family"))
    return f"{own}|{mother}|{born.isoformat()}" if mother and own else None


@dataclass(frozen=True)
class AttestedPerson:
    """Somebody as the civil register attested them a moment ago; `name` is printed, in both scripts."""

    person: str
    number: str
    given: str
    name: dict[str, str]
    born: date
    alive: bool


def is_called(given: str, typed: str) -> bool:
    """Whether a typed given name is this person's, however spelt."""
    return skeleton(given) == skeleton(typed)
