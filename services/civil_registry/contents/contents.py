"""The contents of each document of the register, with the codes of contradictions in the register."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from services.civil_registry.contents import family, findings, snapshots, unions, vital
from services.civil_registry.contents.snapshots import Data
from services.civil_registry.model import Person

ContentsBuilder = Callable[[Session, Person, Data], tuple[Data, list[str]]]


def individual(session: Session, holder: Person, options: Data) -> tuple[Data, list[str]]:
    """Contents of an individual extract."""
    overrides = {} if options.get("marital_status_shown") != "no" else {"marital_status": None}
    codes = findings.parentage(holder, *vital.parents(session, holder))
    return {"person": snapshots.person_data(holder) | overrides}, codes


CONTENTS: Mapping[str, ContentsBuilder] = {
    "individual-extract": individual,
    "family-extract": family.family_extract,
    "birth-statement": vital.birth,
    "death-statement": vital.death,
    "marriage-statement": unions.marriages,
    "divorce-statement": unions.divorces,
}
