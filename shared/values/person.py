"""Texts and numbers of people: cleaned for storage, never corrected. `names` has the keys for comparison."""

import re
import unicodedata
from urllib.parse import unquote

from shared.values.digits import ascii_signs, ordinary_width

# Bidi controls and zero-width characters can swap what an officer reads; Arabic names need none of them. Halves of a
# surrogate pair and the two last signs of a plane are no text and cannot be stored.
_CONTROLS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣־᠆⸺⸻ー"), "-")
_PASSPORT = re.compile(r"\b[A-Z]?[ \-]*[0-9](?:[ \-]?[0-9]){5,8}\b", re.ASCII)
_NATIONAL = re.compile(r"(?<![0-9A-Z])[0-9](?:[ \-]*[0-9]){10}(?![0-9A-Z])", re.ASCII)
_GAPS = re.compile(r"[ \-]")


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


def _unique_number(number: re.Pattern[str], text: str, code: str) -> str:
    found = {_GAPS.sub("", match) for match in number.findall(plain_signs(text))}
    if len(found) != 1:
        raise ValueError(code)
    return found.pop()
