"""Finds the holder of an entry by what an applicant states, and discloses nothing about strangers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.kinship.kinship import events_of, kinship
from services.civil_registry.model import Person
from services.civil_registry.rules import may_draw
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.identity.actor import Actor
from shared.values.names import is_same_name

NOBODY = "nobody"
# The civil event of each statement. Extracts cover the whole entry.
EVENTS = {
    "birth-statement": "birth",
    "death-statement": "death",
    "marriage-statement": "marriage",
    "divorce-statement": "divorce",
}


def find_holder(
    session: Session, actor: Actor, applicant: Person, purpose: str, holder_answers: Mapping[str, str]
) -> tuple[Person, str] | str:
    """The holder and the applicant's kinship to them, or the code of a refusal. The look-up is recorded either way.

    An unknown number, a stranger's number, and a relative's number with another name all get `kin_not_found`.
    `<event>_not_registered` means that the register lacks the event of the document.
    """
    holder = by_number_and_name(session, holder_answers) if holder_answers else applicant
    tie = kinship(session, applicant, holder or applicant)
    if holder is None or not may_draw(CATALOGUE[purpose].holder, tie):
        audit.record(session, actor, "holder.find", NOBODY, reason=purpose, found=False)
        return "kin_not_found"
    audit.record(session, actor, "holder.find", str(holder.id), reason=purpose, found=True)
    return missing_event(session, holder, purpose) or (holder, str(tie))


def by_number_and_name(session: Session, answers: Mapping[str, Any]) -> Person | None:
    """The person with this number, if the given name matches too."""
    person = session.scalar(select(Person).where(Person.national_number == answers["national_number"]))
    return person if person is not None and is_same_name(person.given_name, answers["given_name"]) else None


def missing_event(session: Session, holder: Person, purpose: str) -> str | None:
    """`<event>_not_registered` if the register holds neither the event nor a trace of it on the entry."""
    kind = EVENTS.get(purpose)
    if kind is None or events_of(session, holder.id, kind) or _has_trace(holder, kind):
        return None
    return f"{kind}_not_registered"


def _has_trace(holder: Person, kind: str) -> bool:
    """Whether the entry mentions an event that is not registered. That is a contradiction for a registrar."""
    traces = {"death": holder.died_on is not None, "marriage": holder.marital in ("married", "widowed", "divorced")}
    return traces.get(kind, kind == "divorce" and holder.marital == "divorced")
