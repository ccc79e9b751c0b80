"""What each column of the reference data means that somebody fills in for a transaction, a mission or a law."""

import csv
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[3]
# Columns that mean the same in every file.
COMMON: Mapping[str, str] = {
    "id": "Key of the row, never used twice: what it is about, `all` or the mission, its first day, with `/` between",
    "scope": "Code of the only mission it holds for; empty for all of them",
    "transaction": "Slug of the transaction",
    "valid_from": "First day, as 2026-01-31",
    "valid_to": "The first day on which it holds no longer; empty while no end is known",
    "source": "The law, notice or practice it stands in; several with `; ` between. Each is a text: `law.<source>` or "
    "`source.<source>`",
    "certainty": "H: the text of the source was seen; M: one report says so; L: assumed",
    "approver": "`founding` in a file. A change at a desk writes the person who signed it",
    "mission": "Code of the mission, such as RUH",
    "currency": "Code of ISO 4217",
    "country": "Code of ISO 3166, two letters",
}
# File, what a row is, and its columns that mean something of their own.
FILES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "services/consular/data/money/tariffs.csv": (
        "The legal price of one line of a transaction from a day on",
        {
            "line": "Name of a `FeeLine` of the entry; its text is `fee.<line>`",
            "beneficiary": "Who receives it, as in the `FeeLine`; its text is `beneficiary.<name>`",
            "amount": "Minor units of the currency: 10000 are 100.00 USD",
        },
    ),
    "services/consular/data/transactions/standings.csv": (
        "From a day on a transaction is offered, or is not",
        {"status": "`active`: offered; `suspended`: stopped for a time; `historical`: no longer offered"},
    ),
    "services/consular/data/transactions/provisions.csv": (
        "A rule of the rule book that is neither a price nor a lifetime",
        {
            "code": "Key of its text `provision.<code>`",
            "applies_to": "Slugs with blanks between, `outcome:booklet` for all of that outcome, or `*`",
            "aspect": "What it is about: `condition`, `fee`, `outcome`, `papers`, `procedure` or `validity`",
            "valid_from": "First day; empty where its begin is unknown",
        },
    ),
    "shared/documents/data/validity.csv": (
        "How long a kind of document is good for, from a day of issue on",
        {
            "kind": "Kind of the document, as in `KINDS` of `shared/documents/model.py`",
            "months": "Months from the day of issue",
            "days": "Days after these months",
        },
    ),
    "services/consular/data/transactions/promise_rules.csv": (
        "Working days of a transaction where a dated rule replaces those of its entry",
        {
            "working_days": "Working days of the mission",
            "needs_lawyer": "`true` where a lawyer has to confirm the reading",
        },
    ),
    "services/consular/data/transactions/photo_rules.csv": (
        "How many printed photos are asked for, and their size",
        {
            "transaction": "Slug; empty for every transaction with `photo_rules=True`",
            "count": "Number of prints",
            "width_mm": "Width in millimetres; empty where no size is asked for",
            "height_mm": "Height in millimetres; empty where no size is asked for",
        },
    ),
    "services/consular/data/appointments/openings.csv": (
        "When a mission receives people for one service",
        {
            "service": "Name that an entry's `appointment` has, such as `passport`",
            "weekday": "0 is Monday, 6 is Sunday",
            "opens": "By the mission's wall clock, as 09:00",
            "closes": "The end of the last slot, as 13:00",
            "slot_minutes": "Minutes between two times that are offered",
            "seats": "People that are received at each time",
            "window": "Number of the counter",
        },
    ),
    "services/consular/data/missions/missions.csv": (
        "An embassy or consulate",
        {
            "code": "Three letters; references of the mission's applications begin with them",
            "name_ar": "Arabic name of the city",
            "name_en": "English name of the city",
            "zone": "Zone of the IANA database, such as Asia/Riyadh",
            "currency": "Code of ISO 4217: what its tills and its cards take",
            "cash_step": "The smallest coin in minor units; cash is rounded to it",
            "status": "`evidenced`: its consular work is evidenced since 2022; `long_standing`: known from before; "
            "`planned`: planned, reopening or uncertain; `demo`: exists for demonstrations alone",
        },
    ),
    "services/consular/data/missions/offices.csv": (
        "Where a mission receives people",
        {
            "code": "Code of the mission, or of the office inside Syria, which is a row of `missions.csv` too",
            "kind": "`mission`, or `in_syria`: fees are paid and booklets handed over there without an appointment",
            "takes": "Currencies of an office inside Syria, never pounds; codes with gaps between them",
            "days": "Its weekdays, 0 is Monday; a mission has rows of `openings.csv`",
            "opens": "By the wall clock of the office, as 09:00",
            "closes": "By the wall clock of the office, as 14:00",
            "address_ar": "Address in Arabic",
            "address_en": "Address in English",
        },
    ),
    "services/conscription/data/allowance_tariffs.csv": (
        "The amount of a tier of an allowance by law",
        {
            "tier": "Name of the tier in `services/conscription/laws.py`",
            "valid_until": "Last day; empty while no end is known",
            "amount": "Minor units of the currency",
            "law": "The law, short; its text is `law.<law>`",
            "certainty": "`high`, `medium` or `low`: as H, M and L elsewhere",
            "from_age": "The least age in years, where the law names one",
        },
    ),
}


def columns_of(file: str) -> list[str]:
    """The header of a data file."""
    with (ROOT / file).open(encoding="utf-8", newline="") as lines:
        return next(csv.reader(lines))


def example_of(file: str) -> dict[str, str]:
    """The first row of a data file."""
    with (ROOT / file).open(encoding="utf-8", newline="") as lines:
        return next(csv.DictReader(lines))


def rows(file: str) -> list[tuple[str, ...]]:
    """Column, meaning, and the value in the file's first row. Raises KeyError for a column without a meaning."""
    own, example = FILES[file][1], example_of(file)
    return [
        (f"`{column}`", own.get(column) or COMMON[column], f"`{example[column]}`" if example[column] else "")
        for column in columns_of(file)
    ]
