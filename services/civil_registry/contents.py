"""What each paper of the register says of its holder, and where the register contradicts itself about it."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from services.civil_registry import family, findings, snapshots, unions, vital
from services.civil_registry.model import Person
from services.civil_registry.snapshots import Data

Draw = Callable[[Session, Person, Data], tuple[Data, list[str]]]


def individual(session: Session, holder: Person, options: Data) -> tuple[Data, list[str]]:
    """What an individual extract says of its holder."""
    shown = {} if options.get("marital_status_shown") != "no" else {"marital_status": None}
    wrong = findings.parentage(holder, *vital.parents(session, holder))
    return {"person": snapshots.person(holder) | shown}, wrong


CONTENTS: Mapping[str, Draw] = {
    "individual-extract": individual,
    "family-extract": family.family,
    "birth-statement": vital.birth,
    "death-statement": vital.death,
    "marriage-statement": unions.marriages,
    "divorce-statement": unions.divorces,
}
