"""Whose entry is asked for: finds the relative somebody names, and tells nobody anything about strangers."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.civil_registry.kinship import events_of, kinship
from services.civil_registry.model import Person
from services.civil_registry.rules import may_draw
from shared.catalogue import CATALOGUE
from shared.database import audit
from shared.identity.actor import Actor
from shared.values.person import skeleton

NOBODY = "nobody"
# The civil event a statement is about; extracts are about the whole entry.
EVENTS = {
    "birth-statement": "birth",
    "death-statement": "death",
    "marriage-statement": "marriage",
    "divorce-statement": "divorce",
}


def find_holder(
    session: Session, actor: Actor, asking: Person, purpose: str, named: Mapping[str, str]
) -> tuple[Person, str] | str:
    """The person meant and what the asking one is to them, or why not. The look is recorded, whatever it finds.

    `kin_not_found` alike for a number nobody has, a stranger's, and a relative's with another name;
    `<event>_not_registered` when the register lacks the event that the paper is about.
    """
    found = by_number_and_name(session, named) if named else asking
    tie = kinship(session, asking, found or asking)
    if found is None or not may_draw(CATALOGUE[purpose].holder, tie):
        audit.record(session, actor, "holder.find", NOBODY, reason=purpose, found=False)
        return "kin_not_found"
    audit.record(session, actor, "holder.find", str(found.id), reason=purpose, found=True)
    return missing_event(session, found, purpose) or (found, str(tie))


def by_number_and_name(session: Session, named: Mapping[str, Any]) -> Person | None:
    """Whoever has this number, if the given name is theirs too."""
    held = session.scalar(select(Person).where(Person.national_number == named["national_number"]))
    return held if held is not None and skeleton(held.given_name) == skeleton(named["given_name"]) else None


def missing_event(session: Session, holder: Person, purpose: str) -> str | None:
    """Why nothing can be drawn: the register holds no such event, nor any trace of one on the entry."""
    kind = EVENTS.get(purpose)
    if kind is None or events_of(session, holder.id, kind) or _traced(holder, kind):
        return None
    return f"{kind}_not_registered"


def _traced(holder: Person, kind: str) -> bool:
    """An entry that speaks of an event which is not registered contradicts itself: that is for a registrar."""
    traces = {"death": holder.died_on is not None, "marriage": holder.marital in ("married", "widowed", "divorced")}
    return traces.get(kind, kind == "divorce" and holder.marital == "divorced")
