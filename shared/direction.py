"""Holds a value's own direction inside a text of the other one, by Unicode isolates."""

import re

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"
CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


def isolate(text: str) -> str:
    """The text between isolates, so that its direction stays its own; controls that would leak out are dropped."""
    return FSI + (text if _is_balanced(text) else CONTROLS.sub("", text)) + PDI


def isolate_number(text: str) -> str:
    """A number between isolates from left to right, so that its minus stays in front."""
    return LRI + text + PDI


def _is_balanced(text: str) -> bool:
    depth = 0
    for char in CONTROLS.findall(text):
        if char in (FSI, LRI):
            depth += 1
        elif char == PDI and depth:
            depth -= 1
        else:
            return False
    return depth == 0
