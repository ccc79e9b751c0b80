"""Hostile uploads, made anew each time, each with the verdict that it must get.

A verdict is the code of a fault, or CLEAN: the file is taken, and nothing of `absent` is in what is served.
"""

from dataclasses import dataclass

CLEAN = "clean"


@dataclass(frozen=True)
class HostileUpload:
    """A file, its verdict, and byte strings that may be in nothing that is made of it."""

    name: str
    content: bytes
    verdict: str
    absent: tuple[bytes, ...] = ()
