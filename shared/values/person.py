"""Names and numbers of people: cleaned for storage, folded for comparison, never corrected."""

import re
import unicodedata

from shared.values.digits import ascii_digits, is_digits

# Bidi controls and zero-width characters can swap what an officer reads; Arabic names need none of them.
_CONTROLS = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u061c\u0000-\u0008\u000b-\u001f\u007f-\u009f]")
_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")
_FOLD = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ؤ": "و", "ئ": "ي"}
)


def strip_controls(text: str) -> str:
    """Free of invisible characters, in composed form, single-spaced."""
    return " ".join(_CONTROLS.sub("", unicodedata.normalize("NFC", text)).split())


def skeleton(text: str) -> str:
    """The key two spellings of one name share: marks, tatweel, hamza seats and spaces folded. Only to match."""
    folded = unicodedata.normalize("NFKC", strip_controls(text))
    folded = _MARKS.sub("", folded).translate(_FOLD).replace("ء", "")
    return re.sub(r"[\s\-'’]+", "", folded).casefold()


def national_number(text: str) -> str:
    """Eleven digits as 0-9. Raises ValueError otherwise. No check digit is published, so none is checked."""
    digits = re.sub(r"[\s\-]", "", ascii_digits(strip_controls(text)))
    if len(digits) != 11 or not is_digits(digits):
        raise ValueError("national_number")
    return digits


def passport_number(text: str) -> str:
    """As printed, leading zeros kept. Raises ValueError unless it is an optional letter and six to nine digits."""
    number = re.sub(r"[\s\-]", "", ascii_digits(strip_controls(text))).upper()
    if not re.fullmatch(r"[A-Z]?[0-9]{6,9}", number, re.ASCII):
        raise ValueError("passport_number")
    return number
