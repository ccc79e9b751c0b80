"""Finds the service that issued a document from its code; the kinds of documents say which service issues what."""

from dataclasses import dataclass
from typing import Protocol

from services.gateway.clients.verification import Verification
from services.gateway.web.current import civil_registry, conscription, consular
from shared.documents.model import KINDS
from shared.identity.actor import Actor
from shared.values.references import is_valid, mark_of

SERVICE_BY_MARK = {kind.mark: kind.service for kind in KINDS.values()}


class Documents(Protocol):
    """The part of a client that fetches and verifies documents."""

    def document(self, actor: Actor, code: str, leave: str | None = None) -> bytes:
        """The document as PDF."""

    def verify(self, actor: Actor, code: str) -> Verification:
        """Whether the document is valid."""


@dataclass(frozen=True)
class Issuer:
    """A service that issues documents, by name and by client."""

    service: str
    documents: Documents


def issuer_of(code: str) -> Issuer | None:
    """Who issued the document of this code; None for a code that no service can have made."""
    service = SERVICE_BY_MARK.get(mark_of(code)) if is_valid(code) else None
    clients: dict[str, Documents] = {
        "consular": consular().documents,
        "civil_registry": civil_registry(),
        "conscription": conscription(),
    }
    return Issuer(service, clients[service]) if service else None
