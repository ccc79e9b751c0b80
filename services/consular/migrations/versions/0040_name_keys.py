"""Keys of names derived anew: more letters of other keyboards, lone marks, both spellings of a passport's zone.

The folding is written out here as it was on the day of this revision; the product's own may change later.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"

READ = ("applicant", "acting_person", "search_key")
PAGE = 2_000
CONTROLS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\ud800-\udfff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
FOREIGN = {
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
LETTERS = str.maketrans(
    {sign: letter for letter, signs in FOREIGN.items() for sign in signs} | dict.fromkeys("ءٴـ·ۥۦ", "")
)
APOSTROPHES = re.compile("['’‘ʻʼʽʾʿˈ`´′‛ʹˀˁʔʕꞋꞌ]")
LONE_MARKS = re.compile("[¨¯´¸˘˙˚˛˜˝\ufc5e-\ufc63\ufe70-\ufe7f]")
TWO_IN_ZONE = str.maketrans({"Ä": "AE", "Å": "AA", "Ö": "OE", "Ø": "OE", "Ü": "UE"})
BEFORE = frozenset(("عبد", "ابو", "ابي", "ابا", "ام", "ابن", "بن", "بنت", "ال", "al", "el", "abd", "abu", "bin"))
AFTER = frozenset(("الدين", "الله", "الاسلام", "العابدين"))
People = Sequence[sa.Row[Any]]


def upgrade() -> None:
    # The wall between missions binds the owner too, who must reach every mission's rows this once.
    for table in READ:
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    for people in pages("application, mission, name, latin, born, match_key", "applicant"):
        derive_match_keys(people)
        derive_search_keys(
            "name", people, {row.application: name_keys(printed(row.name), printed(row.latin)) for row in people}
        )
    for people in pages("application, mission, name", "acting_person"):
        derive_search_keys("acting_name", people, {row.application: name_keys(*row.name.values()) for row in people})
    for table in READ:
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def pages(columns: str, table: str) -> Iterator[People]:
    query = f"SELECT {columns} FROM {table} WHERE application > :after ORDER BY application LIMIT :page"  # noqa: S608
    after = ""
    while rows := op.get_bind().execute(sa.text(query), {"after": after, "page": PAGE}).all():
        yield rows
        after = rows[-1].application


def derive_match_keys(people: People) -> None:
    keys = [(row, match_key(row.name, row.born)) for row in people]
    changed = [{"application": row.application, "key": key} for row, key in keys if key != row.match_key]
    if changed:
        op.get_bind().execute(
            sa.text("UPDATE applicant SET match_key = :key WHERE application = :application"), changed
        )


def derive_search_keys(kind: str, people: People, wanted: Mapping[str, set[str]]) -> None:
    connection = op.get_bind()
    query = sa.text("SELECT application, key FROM search_key WHERE kind = :kind AND application = ANY(:applications)")
    stored = {
        (row.application, row.key) for row in connection.execute(query, {"kind": kind, "applications": list(wanted)})
    }
    missions = {row.application: row.mission for row in people}
    derived = {(application, key) for application, keys in wanted.items() for key in keys if key}
    if gone := stored - derived:
        delete = sa.text("DELETE FROM search_key WHERE kind = :kind AND application = :application AND key = :key")
        connection.execute(delete, [{"kind": kind, "application": one, "key": key} for one, key in sorted(gone)])
    if new := derived - stored:
        insert = sa.text(
            "INSERT INTO search_key (mission, application, kind, key) VALUES (:mission, :application, :kind, :key)"
        )
        rows = [{"mission": missions[one], "application": one, "kind": kind, "key": key} for one, key in sorted(new)]
        connection.execute(insert, rows)


def letters(text: str) -> str:
    controlled = unicodedata.normalize("NFC", CONTROLS.sub("", text.translate(DIGITS)).translate(FULL_WIDTH))
    written = LONE_MARKS.sub("", APOSTROPHES.sub("", " ".join(controlled.split())))
    decomposed = unicodedata.normalize("NFKD", written.casefold())
    base = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    words = re.sub(r"[\W_]+", " ", re.sub("وو+", "و", base.translate(LETTERS))).strip()
    return re.sub(r"[یے](?=\w)", "ي", words).translate({ord("ی"): "ى", ord("ے"): "ى"})


def spellings(text: str) -> set[str]:
    zone = unicodedata.normalize("NFC", text).upper().translate(TWO_IN_ZONE)
    return {letters(text), letters(zone)}


def folded(text: str) -> str:
    return re.sub(r"[اى]\b", "ي", text).replace("ى", "ي")


def match_key(name: Mapping[str, Any], born: Any) -> str | None:
    mother = person_key(str(name.get("mother") or ""))
    own_name = person_key(" ".join(str(name.get(part) or "") for part in ("given", "father", "family")))
    return f"{own_name}|{mother}|{born.isoformat()}" if mother and own_name else None


def person_key(text: str) -> str:
    return "".join(sorted(folded(letters(text)).replace(" ", "")))


def printed(name: Mapping[str, Any]) -> str:
    return " ".join(str(name[part]) for part in ("given", "father", "family") if name.get(part))


def name_keys(*names: str) -> set[str]:
    keys: set[str] = set()
    for plain in {spelling for name in names for spelling in spellings(name)}:
        words = {folded(word) for word in (*plain.split(), *compounds(plain))}
        keys |= words | {word[2:] for word in words if word.startswith("ال") and len(word) >= 5}
    return keys


def compounds(plain: str) -> list[str]:
    joined: list[str] = []
    open_word = False
    for word in plain.split():
        if joined and (open_word or word in AFTER):
            joined[-1] += word
        else:
            joined.append(word)
        open_word = word in BEFORE
    return joined
