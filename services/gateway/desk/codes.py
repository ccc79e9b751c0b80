"""A reference as somebody at the desk typed it, or a reader of codes under whatever keyboard layout."""

from services.gateway.web.current import visitor
from shared.values import keyboard, references


def typed_reference(text: str) -> str:
    """The reference in a text; without a valid one, what `references.is_valid` refuses."""
    reference = references.clean(text)
    if references.is_valid(reference):
        return reference
    readings = map(references.clean, keyboard.latin_readings(text))
    of_mission = (one for one in readings if references.mission_of(one) == visitor().actor.mission)
    return next(filter(references.is_valid, of_mission), reference)
