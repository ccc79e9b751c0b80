"""Tells a mission, before it prints, whether a person is registered and alive."""

from uuid import UUID

from sqlalchemy.orm import Session

from services.civil_registry import rules
from services.civil_registry.answer import answer
from services.civil_registry.model import Person
from shared.database import audit
from shared.errors import Refusal
from shared.identity.actor import Actor
from shared.messaging.messages import Envelope


def confirm(session: Session, actor: Actor, envelope: Envelope) -> None:
    """Grants for a registered living person, otherwise refuses with the reason."""
    person = look_up(session, actor, envelope)
    reason = rules.refusal_reason(person is not None, person.died_on if person else None)
    answer(session, actor, envelope, "refused" if reason else "granted", reason)


def look_up(session: Session, actor: Actor, envelope: Envelope) -> Person | None:
    """The person a message is about. The look-up is recorded. Raises Refusal (person_unknown) for a malformed id."""
    person_id = identifier(envelope.body["person"])
    audit.record(session, actor, "person.read", str(person_id), reason=envelope.about)
    return session.get(Person, person_id)


def identifier(text: str) -> UUID:
    """A person's identifier. Raises Refusal (person_unknown) for malformed text."""
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal("person_unknown") from error
