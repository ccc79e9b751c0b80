"""Arabic names in the letters of a machine-readable zone: a key to match names by, never a spelling to print.

Doc 9303-3 of the International Civil Aviation Organization, table C. Passports carry the Latin name as their holder
spells it; this form is the same for every spelling of one Arabic name, and can be turned back.
"""

import re
import unicodedata

from shared.values.person import strip_controls

FILLER = "<"
SHADDA = "\u0651"
# What stands in no zone: vowels, sukun, tanwin, the superscript alef, tatweel.
_SILENT = re.compile("[\u0610-\u061a\u064b-\u0650\u0652-\u065f\u0670\u06d6-\u06ed\u0640]")
_PARTS = re.compile(r"[\s\-\u2010-\u2015'’.،,]+")
LETTERS = {
    "ء": "XE", "آ": "XAA", "أ": "XAE", "ؤ": "U", "إ": "I", "ئ": "XI", "ا": "A", "ب": "B", "ة": "XTA", "ت": "T",
    "ث": "XTH", "ج": "J", "ح": "XH", "خ": "XKH", "د": "D", "ذ": "XDH", "ر": "R", "ز": "Z", "س": "S", "ش": "XSH",
    "ص": "XSS", "ض": "XDZ", "ط": "XTT", "ظ": "XZZ", "ع": "E", "غ": "G", "ف": "F", "ق": "Q", "ك": "K", "ل": "L",
    "م": "M", "ن": "N", "ه": "H", "و": "W", "ى": "XAY", "ي": "Y", "ٱ": "XXA", "پ": "P", "چ": "XC", "ژ": "XJ",
    "گ": "XGG",
}  # fmt: skip
TA_AT_THE_END = "XAH"
_BACK = {code: letter for letter, code in LETTERS.items()} | {TA_AT_THE_END: "ة"}
_CODES = re.compile("|".join(sorted(_BACK, key=len, reverse=True)))


def match_key(name: str) -> str:
    """A name in Arabic letters by table C, its parts joined by fillers. Raises ValueError for any other letter.

    A shadda doubles its letter; a ta marbuta at the end of a part is XAH, elsewhere XTA; the article stays AL.
    """
    text = _SILENT.sub("", unicodedata.normalize("NFC", strip_controls(name)))
    return FILLER.join(_part(part) for part in _PARTS.split(text) if part)


def _part(part: str) -> str:
    codes: list[str] = []
    letters = part.rstrip(SHADDA)
    for place, letter in enumerate(part):
        if letter == SHADDA and codes:
            codes.append(codes[-1])
        elif letter == "ة" and place == len(letters) - 1:
            codes.append(TA_AT_THE_END)
        elif letter in LETTERS:
            codes.append(LETTERS[letter])
        else:
            raise ValueError("not_arabic")
    return "".join(codes)


def from_key(key: str) -> str:
    """A name that has this key. Raises ValueError for what is no key.

    A doubled letter comes back twice, for the key does not say whether it was written twice or with a shadda.
    """
    parts = [_CODES.findall(part) for part in key.split(FILLER) if part]
    if FILLER.join("".join(codes) for codes in parts) != key.strip(FILLER):
        raise ValueError("not_a_key")
    return " ".join("".join(_BACK[code] for code in codes) for codes in parts)
