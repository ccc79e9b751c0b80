"""Names as the services send them: a printed name in two languages, and a register name by its parts."""

from typing import NotRequired, TypedDict


class PrintedName(TypedDict):
    """A whole name, as it is printed."""

    ar: str
    en: str


class NameParts(TypedDict):
    """The parts of a name in one script."""

    given: str
    father: str
    family: str
    mother: NotRequired[str]


class RegisterName(TypedDict):
    """A name as the civil registry holds it."""

    ar: NameParts
    latin: NameParts


class Named(TypedDict):
    """A person whose name alone is sent."""

    name: PrintedName
