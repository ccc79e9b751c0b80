"""Writes an annotation on a person's entry. Annotations are never changed; a later one corrects an earlier one."""

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
    """Adds and returns an annotation. `text` is Arabic and English; English may be "".

    Raises NotFound (person_unknown), and Invalid with the faulty fields.
    """
    holder = session.get(Person, person)
    if holder is None:
        raise NotFound("person_unknown")
    arabic, english = (strip_controls(part) for part in text)
    errors = _faults(session, holder, kind, happened_on, arabic)
    if errors:
        raise Invalid("invalid", errors=errors)
    annotation = Annotation(
        person=person, kind=kind, happened_on=happened_on, number=number, text_ar=arabic, text_en=english
    )
    session.add(annotation)
    session.flush()
    audit.record(session, actor, "entry.annotate", str(person), reason=kind, annotation=annotation.id)
    return annotation


def _faults(session: Session, holder: Person, kind: str, happened_on: date, arabic: str) -> dict[str, str]:
    errors = {}
    if kind not in KINDS:
        errors["kind"] = "unknown_choice"
    if happened_on > local_date(now(session), ZONE):
        errors["happened_on"] = "in_the_future"
    elif happened_on < holder.born:
        errors["happened_on"] = "out_of_range"
    if not arabic:
        errors["text"] = "required"
    return errors
