"""Names as keys: one folding for every comparison, so that keyboard, spelling habit and word order do not matter.

Names are stored and printed as they were written. A key serves to compare and to search, and is never shown.
"""

import re
import unicodedata
from collections.abc import Mapping

from shared.values.digits import ascii_digits
from shared.values.latin import APOSTROPHES, has_zone_spelling, zone_letters
from shared.values.person import strip_controls

# Letters of other keyboards and languages, and the Arabic letter that a Syrian register has for each: all of Unicode's
# two blocks of the script. Unicode decomposes the others (seats of hamza, madda, presentation forms).
_FOREIGN = {
    "ا": "ٱٲٳݳݴ",
    "ب": "ٮٻپڀݐݑݒݓݔݕݖ",
    "ت": "ٹٺټٽٿ",
    "ج": "ڃڄچڇڿ",
    "ح": "ځڂڅݗݘݮݯݲݼ",
    "د": "ڈډڊڋڌڍڎڏڐۮݙݚ",
    "ر": "ڑڒړڔڕږڗڙۯݛݫݬݱ",
    "ز": "ژ",
    "س": "ښڛڜݜݭݰݽݾ",
    "ش": "ۺ",
    "ص": "ڝڞ",
    "ض": "ۻ",
    "ط": "ڟ",
    "ع": "ڠݝݞݟ",
    "غ": "ۼ",
    "ف": "ڡڢڣڤڥڦݠݡ",
    "ق": "ٯڧڨ",
    "ك": "ػؼکڪګڬڭڮگڰڱڲڳڴݢݣݤݿ",
    "ل": "ڵڶڷڸݪ",
    "م": "ݥݦ",
    "ن": "ڹںڻڼڽݧݨݩ",
    "ه": "ةھہۃەۿ",
    "و": "ۄۅۆۇۈۉۊۋۏݸݹ",
    "ي": "ؠؽؾؿێۍېۑݵݶݷݺݻ",
    # Latin letters that Unicode does not decompose.
    "d": "đðɖ",
    "e": "əǝ",
    "h": "ħ",
    "i": "ı",
    "l": "ł",
    "n": "ŋ",
    "o": "ø",
    "q": "ĸ",
    "t": "ŧ",
    "th": "þ",
    "ae": "æ",
    "oe": "œ",
}
_LETTERS = str.maketrans(
    {sign: letter for letter, signs in _FOREIGN.items() for sign in signs} | dict.fromkeys("ءٴـ·ۥۦ", "")
)
# Unicode decomposes these into a space and a mark, although they are no gap: an accent or a vowel that stands alone.
_LONE_MARKS = re.compile("[¨¯´¸˘˙˚˛˜˝\ufc5e-\ufc63\ufe70-\ufe7f]")
# The yeh of Persian, Kurdish and Urdu keyboards: at the end of a word it stands for both ي and ى.
_FOREIGN_YEH = re.compile(r"[یے](?=\w)")
_FINAL = re.compile(r"[اى]\b")
# No gap either: what passports leave out, and further signs of transliterations that they do not take.
_APOSTROPHES = re.compile(f"[{APOSTROPHES}‛ʹˀˁʔʕꞋꞌ]")
# رؤوف is written رؤف and رءوف too, داوود and داود.
_DOUBLE_WAW = re.compile("وو+")
_GAPS = re.compile(r"[\W_]+")
# The first word of a compound name, and the second word of one, in their folded form.
_BEFORE = frozenset(("عبد", "ابو", "ابي", "ابا", "ام", "ابن", "بن", "بنت", "ال", "al", "el", "abd", "abu", "bin"))
_AFTER = frozenset(("الدين", "الله", "الاسلام", "العابدين"))
_ARTICLE = "ال"
SHORTEST_STEM = 3


def has_letters(text: str) -> bool:
    """Whether a text may be a name: signs alone, such as a dash, and figures alone are none."""
    return any(sign.isalpha() for sign in fold(text))


def fold(text: str) -> str:
    """The folded words of a name, in their order, with one space between them."""
    return _final_folded(_letters(text))


def _letters(text: str) -> str:
    """Folded apart from ى, which may be ا or ي."""
    written = _LONE_MARKS.sub("", _APOSTROPHES.sub("", strip_controls(ascii_digits(text))))
    decomposed = unicodedata.normalize("NFKD", written.casefold())
    base = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    words = _GAPS.sub(" ", _DOUBLE_WAW.sub("و", base.translate(_LETTERS))).strip()
    return _FOREIGN_YEH.sub("ي", words).translate({ord("ی"): "ى", ord("ے"): "ى"})


def _spellings(text: str) -> list[str]:
    """Folded as `_letters`; a Latin name also as a passport's zone writes it: Müller is MULLER and MUELLER."""
    letters, in_zone = _letters(text), _letters(zone_letters(text)) if has_zone_spelling(text) else ""
    return [letters, in_zone] if in_zone not in ("", letters) else [letters]


def _final_folded(letters: str) -> str:
    return _FINAL.sub("ي", letters).replace("ى", "ي")


def _compounds(letters: str) -> list[str]:
    """The words, those of a compound name in one: عبد الرحمن and عبدالرحمن are equal."""
    joined: list[str] = []
    open_word = False
    for word in letters.split():
        if joined and (open_word or word in _AFTER):
            joined[-1] += word
        else:
            joined.append(word)
        open_word = word in _BEFORE
    return joined


def is_same_name(first: str, second: str) -> bool:
    """Whether two texts are spellings of one name, in any order of its words and with any gaps between them.

    ى at the end equals both ا and ي, which differ from one another: هدى is هدا, but علي is not علا.
    """
    return any(_is_same_spelling(one, other) for one in _spellings(first) for other in _spellings(second))


def _is_same_spelling(one: str, other: str) -> bool:
    if not one or not other:
        return False
    in_order = _is_same(one.replace(" ", ""), other.replace(" ", ""))
    return in_order or _is_same(_in_sorted_order(one), _in_sorted_order(other))


def _in_sorted_order(letters: str) -> str:
    return " ".join(sorted(_compounds(letters), key=_final_folded))


def _is_same(one: str, other: str) -> bool:
    return len(one) == len(other) and all(map(_is_same_letter, one, other))


def _is_same_letter(one: str, other: str) -> bool:
    return one == other or (one == "ى" and other in "اي") or (other == "ى" and one in "اي")


def person_key(*names: str) -> str:
    """A key that all spellings of a person's names share, whatever the order and the gaps of their words.

    It is the folded letters in alphabetical order. Names of equal letters share it, so a match is a question to an
    officer and no answer.
    """
    return "".join(sorted(fold(" ".join(names)).replace(" ", "")))


def search_keys(name: str) -> set[str]:
    """The words by which a name is found: each alone, compounds in one, and without the article."""
    words = {_final_folded(word) for letters in _spellings(name) for word in (*letters.split(), *_compounds(letters))}
    return words | {stem for word in words if (stem := _without_article(word))}


def _without_article(word: str) -> str:
    stem = word.removeprefix(_ARTICLE)
    return stem if stem != word and len(stem) >= SHORTEST_STEM else ""


def search_words(typed: str) -> list[tuple[frozenset[str], str]]:
    """What to look for, by typed word: the beginnings of a search key, and one whole key (empty for none)."""
    words, *in_zone = map(_compounds, _spellings(typed))
    # Of two spellings one alone may have a compound: the zone has AABU for Åbu.
    spellings = (words, *(other for other in in_zone if len(other) == len(words)))
    by_word = zip(*spellings, strict=True)
    return [(_beginnings(each), _without_article(_final_folded(each[0]))) for each in by_word]


def _beginnings(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(spelling for word in words for spelling in (word.replace("ى", "ي"), _final_folded(word)))


def matches_search(typed: str, texts: list[str]) -> bool:
    """Whether every typed word begins a word of the texts, or is one of them without its article."""
    keys = set[str]().union(*map(search_keys, texts))
    return all(
        any(key.startswith(tuple(beginnings)) or key == whole for key in keys)
        for beginnings, whole in search_words(typed)
    )


def is_unrecorded(name: Mapping[str, Mapping[str, object]], part: str) -> bool:
    """Whether the register attests that it has no such part of a name, in neither of `ar` and `latin`.

    A part that is not among what was attested is unknown, and an Arabic one without a Latin spelling is recorded.
    """
    spellings = [name.get(script, {}).get(part) for script in ("ar", "latin")]
    return spellings[0] == "" and not spellings[1]
