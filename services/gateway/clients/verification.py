"""What every service answers when it is asked whether a document of its own is valid."""

from typing import Any, TypedDict


class Verification(TypedDict):
    """A document as far as somebody who holds it may know; a key is None where the service has nothing to say."""

    status: str
    kind: str | None
    number: str | None
    issued_on: str | None
    expires_on: str | None
    holder: str | None
    holder_en: str | None
    specimen: bool | None
    authority: str | None
    facts: list[dict[str, Any]] | None
