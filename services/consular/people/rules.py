"""How long a mandate is valid, what it covers, who is a minor: dated rules, each with its source."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.catalogue.model import AGENT, GUARDIAN
from shared.values.dates import add_months, age_on
from shared.values.names import is_same_name, person_key

GRANTED, POWER, GUARDIANSHIP = "granted", "power_of_attorney", "guardianship"
KIN_GUARDIANSHIP = "kin_guardianship"
KINDS = (GRANTED, POWER, GUARDIANSHIP, KIN_GUARDIANSHIP)
# Why an uncle or a brother acts instead of the father (MOFAE, first passport).
DEAD, AWAY = "dead", "away"
ABSENCES = (DEAD, AWAY)
OFFERED, TO_CHECK, ACCEPTED = "offered", "to_check", "accepted"
DECLINED, REFUSED, REVOKED = "declined", "refused", "revoked"
CAPACITY_OF = {GRANTED: AGENT, POWER: AGENT, GUARDIANSHIP: GUARDIAN, KIN_GUARDIANSHIP: GUARDIAN}


@dataclass(frozen=True)
class Months:
    """A number of months, from a date on, by a source; `certainty` is H, M or L, or house for a rule of our own."""

    valid_from: date
    months: int
    source: str
    certainty: str


# No law read so far limits a power of attorney; a year ends those that people forget.
LONGEST = (Months(date(2025, 1, 1), 12, "house rule", "house"),)
# MOFAE on first passports: a court's guardianship certificate no older than three months, attested.
GUARDIAN_DEED = (Months(date(2025, 1, 1), 3, "MOFAE, first passport", "H"),)
# MOFAE asks for checks and sets no term; three months, as for a certificate.
KIN_DEED = (Months(date(2025, 1, 1), 3, "house rule", "house"),)
# Civil Code (Legislative Decree 84/1949), art. 46: of age on the eighteenth birthday.
MAJORITY_YEARS = 18


def in_force(rows: Iterable[Months], on: date) -> Months:
    """The row that applies on a day: the latest that has begun, or the first row for a day before all of them."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return next((row for row in reversed(ordered) if row.valid_from <= on), ordered[0])


def latest_end(on: date) -> date:
    """The latest possible last day of a mandate granted on a day."""
    return add_months(on, in_force(LONGEST, on).months)


def deed_valid_until(issued_on: date) -> date:
    """The last day on which a guardianship certificate is accepted."""
    return add_months(issued_on, in_force(GUARDIAN_DEED, issued_on).months)


def kin_deed_valid_until(on: date) -> date:
    """The last day on which an uncle or a brother acts after the check of a deed submitted on a day."""
    return add_months(on, in_force(KIN_DEED, on).months)


def is_minor(born: date, today: date) -> bool:
    """Whether somebody is not yet eighteen on this day; a person born on 29 February comes of age on 1 March."""
    return age_on(born, today) < MAJORITY_YEARS


def match_key(name: dict[str, str], born: date) -> str | None:
    """The key that two entries of one person share in any spelling: names, mother, birth date.

    None without a mother's name.
    """
    mother = person_key(str(name.get("mother") or ""))
    own_name = person_key(*(str(name.get(part) or "") for part in ("given", "father", "family")))
    return f"{own_name}|{mother}|{born.isoformat()}" if mother and own_name else None


@dataclass(frozen=True)
class AttestedPerson:
    """A person as the civil register just attested them; `name` is the printed name in both scripts."""

    person: str
    number: str
    given_name: str
    name: dict[str, str]
    born: date
    alive: bool
    agent: "AgentKinship | None" = None


@dataclass(frozen=True)
class AgentKinship:
    """What the register attests of the agent of a deed: their kinship to the principal, whether the father lives."""

    person: str
    kinship: str | None
    father_alive: bool


def is_called(given_name: str, typed: str) -> bool:
    """Whether a typed given name is this person's, in any spelling."""
    return is_same_name(given_name, typed)
