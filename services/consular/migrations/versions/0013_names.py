"""Search keys of applications, keys of duplicates folded anew, births known by year, answers about a bookings file.

The folding is written out here as it was on the day of this revision; the product's own may change later.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.database.migration import grant, scope_by_mission

revision = "0013"
down_revision = "0011"

READ = ("application", "applicant", "acting_person", "booklet")
PAGE = 2_000
CONTROLS = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)
DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "0123456789" * 2)
LETTERS = str.maketrans(
    {
        **dict.fromkeys("ھہۃەة", "ه"),
        **dict.fromkeys("ێېۍ", "ي"),
        **dict.fromkeys("کڪڭګگ", "ك"),
        **dict.fromkeys("ۆۇۈۉۊۋ", "و"),
        **dict.fromkeys("ڵ", "ل"),
        **dict.fromkeys("ڕڑ", "ر"),
        **dict.fromkeys("ٱ", "ا"),
        **dict.fromkeys("ڤڨ", "ف"),
        **dict.fromkeys("پ", "ب"),
        **dict.fromkeys("چ", "ج"),
        **dict.fromkeys("ژ", "ز"),
        **dict.fromkeys("ٹ", "ت"),
        **dict.fromkeys("ڈ", "د"),
        **dict.fromkeys("ںڼ", "ن"),
        "ء": "",
        "ـ": "",
        "ı": "i",
        "ł": "l",
        **dict.fromkeys("đð", "d"),
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ø": "o",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ə": "e",
    }
)
APOSTROPHES = re.compile("['’‘ʻʼʽʾʿˈ`´′＇]")
BEFORE = frozenset(("عبد", "ابو", "ابي", "ابا", "ام", "ابن", "بن", "بنت", "ال", "al", "el", "abd", "abu", "bin"))
AFTER = frozenset(("الدين", "الله", "الاسلام", "العابدين"))


def upgrade() -> None:
    op.add_column("applicant", sa.Column("born_precision", sa.Text, nullable=False, server_default="day"))
    op.create_check_constraint("ck_applicant_born_precision", "applicant", "born_precision IN ('day', 'month', 'year')")
    op.add_column("booking_import", sa.Column("date_order", sa.Text))
    op.add_column("booking_import", sa.Column("zeros_restored", sa.Boolean, nullable=False, server_default="false"))
    op.add_column("booking_import", sa.Column("summary", JSONB, nullable=False, server_default="{}"))
    op.create_check_constraint(
        "ck_booking_import_date_order", "booking_import", "date_order IN ('day_first', 'month_first')"
    )
    search_keys()
    # The wall between missions binds the owner too, who must reach every mission's rows this once.
    for table in (*READ, "search_key"):
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    derive_keys()
    for table in (*READ, "search_key"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def search_keys() -> None:
    op.create_table(
        "search_key",
        sa.Column("mission", sa.Text, nullable=False),
        sa.Column("application", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        # Compared by code point, so that all words with a beginning are one range of the index.
        sa.Column("key", sa.Text(collation="C"), nullable=False),
        sa.PrimaryKeyConstraint("application", "kind", "key", name="pk_search_key"),
        sa.ForeignKeyConstraint(["application"], ["application.reference"], name="fk_search_key_application"),
        sa.CheckConstraint(
            "kind IN ('name', 'acting_name', 'reference', 'passport', 'booklet')", name="ck_search_key_kind"
        ),
    )
    op.create_index("ix_search_key_key", "search_key", ["mission", "key"])
    scope_by_mission("search_key")
    grant("search_key", "SELECT, INSERT, DELETE")


def derive_keys() -> None:
    connection = op.get_bind()
    people = sa.text(
        "SELECT application, mission, name, latin, born FROM applicant WHERE application > :after "
        "ORDER BY application LIMIT :page"
    )
    new_key = sa.text("UPDATE applicant SET match_key = :key WHERE application = :application")
    after = ""
    while rows := connection.execute(people, {"after": after, "page": PAGE}).all():
        keys = [{"application": row.application, "key": match_key(row.name, row.born)} for row in rows]
        connection.execute(new_key, keys)
        store(
            (row.mission, row.application, "name", key)
            for row in rows
            for key in name_keys(printed(row.name), printed(row.latin))
        )
        after = rows[-1].application
    acting = connection.execute(sa.text("SELECT application, mission, name FROM acting_person")).all()
    store((row.mission, row.application, "acting_name", key) for row in acting for key in name_keys(*row.name.values()))
    files = connection.execute(
        sa.text("SELECT reference, mission, answers FROM application WHERE submitted_at IS NOT NULL")
    ).all()
    store((row.mission, row.reference, "reference", key) for row in files for key in ends(row.reference))
    store(
        (row.mission, row.reference, "passport", key)
        for row in files
        for key in ends(str((row.answers or {}).get("passport_number") or ""))
    )
    booklets = connection.execute(
        sa.text("SELECT serial, mission, application FROM booklet WHERE application IS NOT NULL AND state <> 'spoiled'")
    ).all()
    store((row.mission, row.application, "booklet", key) for row in booklets for key in ends(row.serial))


def store(rows: Iterable[tuple[str, str, str, str]]) -> None:
    statement = sa.text(
        "INSERT INTO search_key (mission, application, kind, key) "
        "VALUES (:mission, :application, :kind, :key) ON CONFLICT DO NOTHING"
    )
    values = [dict(zip(("mission", "application", "kind", "key"), row, strict=True)) for row in rows]
    if values:
        op.get_bind().execute(statement, values)


def letters(text: str) -> str:
    controlled = unicodedata.normalize("NFC", CONTROLS.sub("", text.translate(DIGITS)))
    decomposed = unicodedata.normalize("NFKD", " ".join(controlled.split()).casefold())
    base = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    words = re.sub(r"[\W_]+", " ", APOSTROPHES.sub("", base.translate(LETTERS))).strip()
    return re.sub(r"[یے](?=\w)", "ي", words).translate({ord("ی"): "ى", ord("ے"): "ى"})


def folded(text: str) -> str:
    return re.sub(r"[اى]\b", "ي", text).replace("ى", "ي")


def match_key(name: Mapping[str, Any], born: date) -> str | None:
    mother = person_key(str(name.get("mother") or ""))
    own_name = person_key(" ".join(str(name.get(part) or "") for part in ("given", "father", "family")))
    return f"{own_name}|{mother}|{born.isoformat()}" if mother and own_name else None


def person_key(text: str) -> str:
    return "".join(sorted(folded(letters(text)).replace(" ", "")))


def printed(name: Mapping[str, Any]) -> str:
    return " ".join(str(name[part]) for part in ("given", "father", "family") if name.get(part))


def name_keys(*names: str) -> set[str]:
    keys: set[str] = set()
    for name in names:
        plain = letters(name)
        words = {folded(word) for word in (*plain.split(), *compounds(plain))}
        stems = {word[2:] for word in words if word.startswith("ال") and len(word) >= 5}
        keys |= words | stems
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


def ends(number: str) -> set[str]:
    signs = re.sub("[^0-9A-Z]", "", number.upper())
    return {signs[start:] for start in range(max(1, len(signs) - 3)) if signs}
