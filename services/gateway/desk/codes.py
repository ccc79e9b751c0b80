"""References and numbers as somebody at the desk typed them, or a reader of codes under whatever keyboard layout."""

from services.gateway.web.content.issuers import register_of
from services.gateway.web.current import actor, visitor
from shared.documents.printed_numbers import find_numbers
from shared.errors import NotFound
from shared.values import keyboard, references


def typed_reference(text: str) -> str:
    """The reference in a text; without a valid one, what `references.is_valid` refuses."""
    reference = references.clean(text)
    if references.is_valid(reference):
        return reference
    readings = map(references.clean, keyboard.latin_readings(text))
    of_mission = (one for one in readings if references.mission_of(one) == visitor().actor.mission)
    return next(filter(references.is_valid, of_mission), reference)


def application_numbered(text: str) -> str | None:
    """The application of a register's document whose printed number is the first in a text.

    The mission knows the number of a document from the register's answer, and answers of before had none.
    """
    for reading in (text, *keyboard.latin_readings(text)):
        for number in find_numbers(reading):
            register = register_of(number.letters)
            try:
                return (
                    register.application_numbered(actor(), number.written(actor().mission or "")) if register else None
                )
            except NotFound:
                return None
    return None
