"""In whose name this process issues documents: as specimens, as nobody's, or as those of a named authority."""

from dataclasses import dataclass

from shared.documents.authority import verified_name
from shared.errors import Refusal
from shared.settings import Settings


@dataclass(frozen=True)
class Issuer:
    """What the deployment adds to a document. Without settings every document is a specimen."""

    public_url: str = "http://127.0.0.1:8080"
    specimen: bool = True
    authority: str | None = None


_current = Issuer()


def configure(settings: Settings) -> None:
    """Called once at start. Raises StartRefused when an authority is configured and does not verify."""
    global _current
    authority = None if settings.specimen or settings.authority is None else verified_name(settings.authority)
    _current = Issuer(settings.public_url, settings.specimen, authority)


def current() -> Issuer:
    return _current


def check_official() -> None:
    """Raises Refusal (authority_missing) where a document would speak for an authority that nobody has proved."""
    if not _current.specimen and _current.authority is None:
        raise Refusal("authority_missing")
