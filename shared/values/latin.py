"""Latin letters of names: which a passport takes, and what stands for each in its machine-readable zone.

ICAO Doc 9303-3, section 6, table A. Where the table allows a choice, the first of its transliterations is written.
"""

import re
import unicodedata

from shared.values.digits import ascii_signs

_TABLE = str.maketrans(
    {
        "Ä": "AE",
        "Å": "AA",
        "Æ": "AE",
        "Ð": "D",
        "Đ": "D",
        "Ə": "E",
        "Ħ": "H",
        "İ": "I",
        "Ĳ": "IJ",
        "ĸ": "Q",
        "Ŀ": "L",
        "Ł": "L",
        "Ñ": "N",
        "Ŋ": "N",
        "ŉ": "N",
        "Ö": "OE",
        "Ø": "OE",
        "Œ": "OE",
        "ẞ": "SS",
        "Þ": "TH",
        "Ŧ": "T",
        "Ü": "UE",
    }
)
# Apostrophes, and the ayn and hamza of transliterations: the zone leaves them out.
APOSTROPHES = "'’‘ʻʼʽʾʿˈ`´′"
_OMITTED = re.compile(f"[{APOSTROPHES}]")
# Letters for which the zone has two, and whose base letter alone is a usual spelling too.
_TWO_IN_ZONE = re.compile("[ÄÅÖØÜ]")
_TYPOGRAPHIC = str.maketrans({**dict.fromkeys("’‘ʼ`´", "'"), **dict.fromkeys("‐‑–−", "-")})
_GAPS = re.compile("[ -]+")


def plain_latin(text: str) -> str:
    """A name with the apostrophe and the hyphen of keyboards, for which telephones put others by themselves."""
    return ascii_signs(text).translate(_TYPOGRAPHIC)


def has_zone_spelling(name: str) -> bool:
    """Whether the zone writes the name in more letters than its base letters: MUELLER for Müller."""
    return _TWO_IN_ZONE.search(unicodedata.normalize("NFC", name).upper()) is not None


def zone_letters(name: str) -> str:
    """The name in A to Z with one space for each gap or hyphen; a letter without a transliteration stays as it is."""
    uppercase = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).upper())
    decomposed = unicodedata.normalize("NFKD", _OMITTED.sub("", uppercase.translate(_TABLE)))
    base_letters = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    return _GAPS.sub(" ", base_letters).strip()


def is_latin_name(name: str) -> bool:
    """Whether a name has at least one letter, and nothing that the zone cannot say."""
    return re.fullmatch(r"[A-Z]+(?: [A-Z]+)*", zone_letters(name), re.ASCII) is not None


def has_latin_letters_alone(name: str) -> bool:
    """Whether all of its letters are Latin, and there is one: what the zone cannot say are its other signs."""
    letters = [sign for sign in zone_letters(name) if sign.isalpha()]
    return letters != [] and all(sign.isascii() for sign in letters)
