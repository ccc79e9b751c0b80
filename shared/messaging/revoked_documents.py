"""What an authority does about a document of its own that a mission has revoked."""

from sqlalchemy.orm import Session

from shared import documents
from shared.identity.actor import service
from shared.messaging.handlers import Handler
from shared.messaging.messages import Envelope


def revoke_document(authority: str) -> Handler:
    """The handler by which an authority revokes a document of its own that two people of a mission have signed off."""

    def revoke(session: Session, envelope: Envelope) -> None:
        body = envelope.body
        documents.revoke(session, service(authority, envelope.mission), body["document"], body["proposal"])

    return revoke
