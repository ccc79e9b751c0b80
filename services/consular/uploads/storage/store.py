"""What a store of blobs can do, whichever it is."""

from collections.abc import Iterator
from typing import Protocol


class BlobMissing(LookupError):
    """The store has no blob of this name."""


class BlobStore(Protocol):
    """Blobs by name, such as `RUH/3f/a1/3fa1...`. A blob is never changed, so putting it twice is harmless.

    Every method raises Unavailable (storage_down) when the store does not answer.
    """

    def put(self, name: str, content: bytes) -> None:
        """Stores a blob; when this returns it survives a power failure."""

    def get(self, name: str) -> bytes:
        """The blob. Raises BlobMissing."""
        ...

    def delete(self, name: str) -> None:
        """Deletes a blob; one that is absent is deleted already."""

    def names(self) -> Iterator[str]:
        """The names of all blobs."""
        ...
