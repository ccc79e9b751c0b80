"""What every service answers when it is asked whether a document of its own is valid."""

from typing import TypedDict


class Verification(TypedDict):
    """A document as far as somebody who holds it may know; a key is None where the service has nothing to say."""
