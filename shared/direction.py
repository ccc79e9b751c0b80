"""Holds a value's own direction inside a text of the other one, by Unicode isolates."""

import re

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"
CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")


_LATIN_NAME = re.compile(r"[\w\s.'’-]*[A-Za-z]{2}[\w\s.'’-]*")
_ARABIC, _LATIN = re.compile("[\u0621-\u064a\u0671-\u06d3]"), re.compile("[A-Za-z]")


def language_of(text: str, page: str) -> str | None:
    """The language in which a name must be read aloud on a page of the other one; None where the page's own does."""
    is_latin = _LATIN_NAME.fullmatch(text) is not None and not re.search(r"\d", text) and not _ARABIC.search(text)
    if page == "ar":
        return "en" if is_latin else None
    return "ar" if page == "en" and _ARABIC.search(text) and not _LATIN.search(text) else None


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
