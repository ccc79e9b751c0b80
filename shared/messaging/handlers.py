"""What a service does about the messages it hears: a table of handlers by message type."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from shared.messaging.messages import Envelope

Handler = Callable[[Session, Envelope], None]


@dataclass(frozen=True)
class Addressed:
    """A handler of messages whose body names the authority they are for. Those for another one have no effect here."""

    authority: str
    handler: Handler

    def concerns(self, envelope: Envelope) -> bool:
        """Whether the message is for this authority."""
        return bool(envelope.body["authority"] == self.authority)

    def __call__(self, session: Session, envelope: Envelope) -> None:
        if self.concerns(envelope):
            self.handler(session, envelope)
