"""Answers a mission that wants to know, before it prints, whether a person stands living in the register."""

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
    """Granted for the living and registered, otherwise refused with the reason."""
    person = look_up(session, actor, envelope)
    reason = rules.refusal_reason(person is not None, person.died_on if person else None)
    answer(session, actor, envelope, "refused" if reason else "granted", reason)


def look_up(session: Session, actor: Actor, envelope: Envelope) -> Person | None:
    """The person a message speaks of; the look is recorded. Raises Refusal for what is no identifier at all."""
    asked = identifier(envelope.body["person"])
    audit.record(session, actor, "person.read", str(asked), reason=envelope.about)
    return session.get(Person, asked)


def identifier(text: str) -> UUID:
    """A person's identifier. Raises Refusal for what is none."""
    try:
        return UUID(text)
    except ValueError as malformed:
        raise Refusal("person_unknown") from malformed
