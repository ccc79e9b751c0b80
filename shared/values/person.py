"""Texts and numbers of people: cleaned for storage, never corrected. `names` has the keys for comparison."""

import re
import unicodedata
from urllib.parse import unquote

from shared.values.digits import ascii_signs, ordinary_width

# Bidi controls and zero-width characters can swap what an officer reads, and fillers without ink pass for a name;
# Arabic names need none of them (Unicode's Default_Ignorable_Code_Point, and the blank of Braille). Halves of a
# surrogate pair and the two last signs of a plane are no text and cannot be stored.
_CONTROLS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
# The tatweel is what Arabic keyboards have where others have a dash.
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣־᠆⸺⸻ーｰ─━➖ـ"), "-")
_RESIDENCE = re.compile(r"(?<![0-9A-Z])[0-9](?:[ \-]*[0-9]){9}(?![0-9A-Z])", re.ASCII)
# A letter apart from the digits is theirs, unless it is the end of an address or of an abbreviation: /b/001234567, S/N.
_PASSPORT = re.compile(r"\b(?:[A-Z]|(?<![/.])[A-Z][ \-./]+)?[0-9](?:[ \-]?[0-9]){5,8}\b", re.ASCII)
_NATIONAL = re.compile(r"(?<![0-9A-Z])[0-9](?:[ \-]*[0-9]){10}(?![0-9A-Z])", re.ASCII)
_GAPS = re.compile(r"[ \-./]")


def strip_controls(text: str) -> str:
    """Free of invisible characters, in composed form and ordinary width, single-spaced."""
    return " ".join(unicodedata.normalize("NFC", ordinary_width(_CONTROLS.sub("", text))).split())


def plain_signs(text: str) -> str:
    """A pasted text in capitals, its digits as 0-9, its dashes as hyphens, nothing in double width or encoded."""
    decoded = unquote(text) if "%" in text else text
    return strip_controls(ascii_signs(decoded).translate(_DASHES)).upper()


def national_number(text: str) -> str:
    """The eleven digits in a text. Raises ValueError without them, or where two numbers differ.

    No check digit is published, so none is checked.
    """
    return _unique_number(_NATIONAL, text, "national_number")


def passport_number(text: str) -> str:
    """As printed, leading zeros kept: an optional letter and six to nine digits, found in a text. Raises ValueError."""
    return _unique_number(_PASSPORT, text, "passport_number")


def residence_number(text: str) -> str:
    """The ten digits of a Saudi residence permit, or of a border number, found in a text. Raises ValueError."""
    return _unique_number(_RESIDENCE, text, "saudi_number")


def _unique_number(number: re.Pattern[str], text: str, code: str) -> str:
    found = {_GAPS.sub("", match) for match in number.findall(plain_signs(text).replace("_", "-"))}
    if len(found) != 1:
        raise ValueError(code)
    return found.pop()
