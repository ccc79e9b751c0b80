"""Writes a remark on a person's entry; a remark is never changed, a later one corrects it."""

from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry.model import Annotation, Person
from services.civil_registry.rules import ZONE
from shared.database import audit
from shared.database.db import now
from shared.errors import Invalid, NotFound
from shared.identity.actor import Actor
from shared.values.dates import local_date
from shared.values.person import strip_controls

KINDS = ("marriage", "divorce", "birth_of_child", "death", "correction", "transfer", "other")


def annotate(
    session: Session,
    actor: Actor,
    person: UUID,
    kind: str,
    happened_on: date,
    text: tuple[str, str],
    number: str | None = None,
) -> Annotation:
    """The remark, in Arabic and, where known, in English. Raises NotFound, or Invalid with the faulty fields."""
    held = session.get(Person, person)
    if held is None:
        raise NotFound("person_unknown")
    arabic, english = (strip_controls(words) for words in text)
    wrong = _faults(session, held, kind, happened_on, arabic)
    if wrong:
        raise Invalid("invalid", errors=wrong)
    remark = Annotation(
        person=person, kind=kind, happened_on=happened_on, number=number, text_ar=arabic, text_en=english
    )
    session.add(remark)
    session.flush()
    audit.record(session, actor, "entry.annotate", str(person), reason=kind, annotation=remark.id)
    return remark


def _faults(session: Session, held: Person, kind: str, happened_on: date, arabic: str) -> dict[str, str]:
    wrong = {}
    if kind not in KINDS:
        wrong["kind"] = "unknown_choice"
    if happened_on > local_date(now(session), ZONE):
        wrong["happened_on"] = "in_the_future"
    elif happened_on < held.born:
        wrong["happened_on"] = "out_of_range"
    if not arabic:
        wrong["text"] = "required"
    return wrong
