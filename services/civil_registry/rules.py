"""Rules of the civil registry: matching of particulars, kinship, guardianship, validity of documents."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from shared.catalogue.model import KIN, OWN_OR_KIN, RELATIVE
from shared.values.dates import DAY, STATE_ZONE, age_on, partial_iso
from shared.values.names import is_same_name

# The register counts days in Syria's zone, also for documents that a mission abroad prints.
ZONE = STATE_ZONE
PURPOSES = frozenset({"residence", "study", "work", "marriage", "passport", "court", "bank", "other"})


@dataclass(frozen=True)
class Particulars:
    """The particulars of an identity card, typed or registered. Typed, `mother_name` may hold the full name.

    A name that is not recorded is empty.
    """

    national_number: str
    given_name: str
    father_name: str
    family_name: str
    mother_name: str
    born: date
    mother_family: str = ""
    born_precision: str = DAY


@dataclass(frozen=True)
class Lineage:
    """A person with the registered parents and ascendants."""

    person: UUID
    parents: frozenset[UUID]
    ascendants: frozenset[UUID]


def kinship(applicant: Lineage, holder: Lineage, *, married: bool) -> str | None:
    """The applicant's kinship to the holder of an entry, of the kinds in Law 13/2021, art. 22; None otherwise."""
    if applicant.person == holder.person:
        return "self"
    ties = {
        "spouse": married,
        "ascendant": applicant.person in holder.ascendants,
        "descendant": holder.person in applicant.ascendants,
        "sibling": bool(applicant.parents & holder.parents),
    }
    return next((tie for tie, holds in ties.items() if holds), None)


# Whom the directorate gives a passport for somebody abroad: relatives to the fourth degree.
PASSPORT_DEGREE = 4


def degree(one: Mapping[UUID, int], other: Mapping[UUID, int]) -> int | None:
    """The degree of two blood relatives, counted up to the nearest common ascendant and down again; None for others.

    Each mapping has a person at 0 and the ascendants by generation. A parent is of the first degree, a sibling of the
    second, an uncle of the third, a cousin of the fourth (Civil Code, art. 37).
    """
    common = [height + other[person] for person, height in one.items() if person in other]
    return min(common, default=None)


# Civil Code (Legislative Decree 84/1949), art. 46.
MAJORITY_YEARS = 18


def is_of_age_everywhere(born: date, today: date) -> bool:
    """Whether a person is 18 in every zone. A mission counts in its own zone, where it may still be yesterday."""
    return age_on(born, today - timedelta(days=1)) >= MAJORITY_YEARS


# Whom MOFAE lets act for a child whose father is dead or away, once the mission has checked it (first passport).
BROTHER, PATERNAL_UNCLE = "brother", "paternal_uncle"


def guardianship(parent: str | None, *, of_age: bool) -> str | None:
    """The code of a refusal, or None for a guardian by the register alone.

    `parent` is father, mother or paternal_grandfather. MOFAE on minors' passports: the father or the paternal
    grandfather. A mother needs a court's certificate; an uncle or a brother is checked by the mission.
    """
    if parent is None:
        return "ward_not_found"
    if of_age:
        return "ward_of_age"
    return "guardian_paper_needed" if parent == "mother" else None


def collateral(agent: Lineage, agent_sex: str, child: Lineage, father: Lineage | None) -> str | None:
    """What a man is to a child besides an ascendant: a brother shares a parent, an uncle a parent of the father."""
    if agent_sex != "M" or agent.person == child.person:
        return None
    if agent.parents & child.parents:
        return BROTHER
    is_uncle = father is not None and agent.person != father.person and bool(agent.parents & father.parents)
    return PATERNAL_UNCLE if is_uncle else None


def may_draw(holder: str, tie: str | None) -> bool:
    """Whether somebody with this tie may have a document about the holder. `holder` is the transaction's rule."""
    return tie is not None and (tie != "self" if holder == KIN else tie == "self" or holder == OWN_OR_KIN)


def may_be_drawn(holder: str, acts: Collection[str], tie: str | None) -> bool:
    """Whether a document about the holder is drawn for somebody with this tie.

    It is also drawn where a relative applies on the holder's behalf, if the transaction lets relatives do so.
    """
    return may_draw(holder, tie) or (tie is not None and RELATIVE in acts)


def is_same_person(typed_particulars: Particulars, registered: Particulars) -> bool:
    """Whether every particular matches. Which one differs is answered to nobody: a hint would be an oracle."""
    names_match = all(_name_matches(typed_particulars, registered))
    return names_match and _is_birthday(typed_particulars.born, registered)


def _is_birthday(typed: date, registered: Particulars) -> bool:
    """Of a birth known by year, papers show any day of that year."""
    precision = registered.born_precision
    return partial_iso(typed, precision) == partial_iso(registered.born, precision)


def _name_matches(typed_particulars: Particulars, registered: Particulars) -> tuple[bool, ...]:
    mother_names = (registered.mother_name, f"{registered.mother_name} {registered.mother_family}")
    return (
        _is_name(typed_particulars.given_name, registered.given_name),
        _is_name(typed_particulars.father_name, registered.father_name),
        _is_name(typed_particulars.family_name, registered.family_name),
        any(_is_name(typed_particulars.mother_name, name) for name in mother_names),
    )


def _is_name(typed: str, registered: str) -> bool:
    """Both empty is a match: the name is stated not to be recorded, and it is not."""
    return is_same_name(typed, registered) or not (typed or registered.strip())


def refusal_reason(registered: bool, died_on: date | None) -> str | None:
    """The reason why the register neither confirms a person nor draws their extract, or None.

    Relatives ask for the documents of the deceased.
    """
    if not registered:
        return "not_registered"
    return "deceased" if died_on is not None else None


def purpose_of(options: Mapping[str, object]) -> str | None:
    """The purpose printed on an extract; None for an unknown one."""
    purpose = options.get("purpose", "other")
    return purpose if isinstance(purpose, str) and purpose in PURPOSES else None
