"""When typed particulars are a registered person's, and what may be drawn from an entry: no database, no clock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from shared.catalogue.model import KIN, OWN_OR_KIN
from shared.values.dates import age_on
from shared.values.person import skeleton

# The register counts its days at home; a mission abroad prints the same day of issue.
ZONE = "Asia/Damascus"
NUMBER, NAMES, DATE = "number", "names", "date"
# How many of the four names must agree, beside number and date, before somebody is told that a name is wrong.
NAMES_FOR_A_HINT = 2
PURPOSES = frozenset({"residence", "study", "work", "marriage", "passport", "court", "bank", "other"})


@dataclass(frozen=True)
class Particulars:
    """What an identity card says, typed or held. The mother is known by her given name, or with her family name too."""

    national_number: str
    given_name: str
    father_name: str
    family_name: str
    mother_name: str
    born: date
    mother_family: str = ""


@dataclass(frozen=True)
class Line:
    """A person and those they descend from, as far as the register knows them."""

    person: UUID
    parents: frozenset[UUID]
    ascendants: frozenset[UUID]


def kinship(asking: Line, holder: Line, *, married: bool) -> str | None:
    """What the asking person is to the holder of an entry, of all that Law 13/2021, art. 22 names; None otherwise."""
    if asking.person == holder.person:
        return "self"
    ties = {
        "spouse": married,
        "ascendant": asking.person in holder.ascendants,
        "descendant": holder.person in asking.ascendants,
        "sibling": bool(asking.parents & holder.parents),
    }
    return next((tie for tie, holds in ties.items() if holds), None)


# Civil Code (Legislative Decree 84/1949), art. 46.
MAJORITY_YEARS = 18


def is_of_age_everywhere(born: date, today: date) -> bool:
    """Eighteen even where it is still yesterday: the mission abroad decides the last day by its own zone."""
    return age_on(born, today - timedelta(days=1)) >= MAJORITY_YEARS


def guardianship(parent: str | None, father_alive: bool, *, of_age: bool) -> str | None:
    """Why somebody is no guardian by the register alone, or None. `parent` is father, mother or paternal_grandfather.

    MOFAE on minors' passports: the father, or the paternal grandfather; a mother brings a court's certificate.
    """
    if parent is None:
        return "ward_not_found"
    if of_age:
        return "ward_of_age"
    if parent == "mother":
        return "guardian_paper_needed"
    return "father_is_guardian" if parent == "paternal_grandfather" and father_alive else None


def may_draw(holder: str, tie: str | None) -> bool:
    """Whether somebody with this tie to the holder may have a paper of a transaction about such holders."""
    return tie is not None and (tie != "self" if holder == KIN else tie == "self" or holder == OWN_OR_KIN)


def recheck(typed: Particulars, held: Particulars | None) -> str | None:
    """None when everything agrees; otherwise the one kind of field to look at again.

    An unknown number and a known number with another's particulars get the same answer, so that asking tells nobody
    whose number it is. Names or date are hinted at only to somebody who has all the rest.
    """
    if held is None:
        return NUMBER
    agreeing = sum(_names_agreeing(typed, held))
    if typed.born == held.born:
        return None if agreeing == 4 else NAMES if agreeing >= NAMES_FOR_A_HINT else NUMBER
    return DATE if agreeing == 4 else NUMBER


def _names_agreeing(typed: Particulars, held: Particulars) -> tuple[bool, ...]:
    mothers = {skeleton(held.mother_name), skeleton(held.mother_name + held.mother_family)}
    return (
        skeleton(typed.given_name) == skeleton(held.given_name),
        skeleton(typed.father_name) == skeleton(held.father_name),
        skeleton(typed.family_name) == skeleton(held.family_name),
        skeleton(typed.mother_name) in mothers,
    )


def refusal_reason(registered: bool, died_on: date | None) -> str | None:
    """Why the register can neither confirm a person nor draw their extract, or None. Relatives act for the dead."""
    if not registered:
        return "not_registered"
    return "deceased" if died_on is not None else None


def purpose_of(options: Mapping[str, object]) -> str | None:
    """The purpose printed on an extract; None for one the paper has no words for."""
    purpose = options.get("purpose", "other")
    return purpose if isinstance(purpose, str) and purpose in PURPOSES else None
