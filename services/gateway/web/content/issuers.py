"""Finds the service that issued a document from its code or number; the kinds say which service issues what."""

from dataclasses import dataclass

from services.gateway.clients.issued_documents import IssuedDocuments
from services.gateway.web.current import civil_registry, conscription, consular
from shared.documents.model import KINDS
from shared.values.references import is_valid, mark_of

SERVICE_BY_MARK = {kind.mark: kind.service for kind in KINDS.values()}
SERVICE_BY_LETTERS = {kind.letters: kind.service for kind in KINDS.values()}


@dataclass(frozen=True)
class Issuer:
    """A service that issues documents, by name and by client."""

    service: str
    documents: IssuedDocuments


def issuer_of(code: str) -> Issuer | None:
    """Who issued the document of this code; None for a code that no service can have made."""
    service = SERVICE_BY_MARK.get(mark_of(code)) if is_valid(code) else None
    return Issuer(service, _clients()[service]) if service else None


def register_of(letters: str) -> IssuedDocuments | None:
    """The register that has these letters in the numbers of its documents; None for a mission's own."""
    service = SERVICE_BY_LETTERS.get(letters, "consular")
    return None if service == "consular" else _clients()[service]


def _clients() -> dict[str, IssuedDocuments]:
    return {
        "consular": consular().documents,
        "civil_registry": civil_registry().documents,
        "conscription": conscription().documents,
    }
