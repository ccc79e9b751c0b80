"""What papers may say: every name of the lists, every text of the catalogues, dates, references and amounts."""

import csv
import datetime as dt
import random
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from markupsafe import Markup

from shared.documents import typesetting
from shared.i18n import PLACEHOLDER, Language, language
from shared.values import references
from shared.values.money import Money

ROOT = Path(__file__).parents[2]
LISTS = ROOT / "deploy" / "demo" / "population" / "lists"
TABLES = ("services/consular/data/missions/missions.csv", "services/consular/data/missions/offices.csv")
# What stands in the places of texts. English papers print names in Latin letters.
SAMPLES = {
    "ar": ("12", "آمال زين الدين", "RUH-7K3MQ-9XFPA-D", "1,625.00", "طه ابن أبي طُوَى", "Amal Zain-Eddin (Jr.)"),
    "en": ("12", "Amal Zain-Eddin (Jr.)", "RUH-7K3MQ-9XFPA-D", "1,625.00"),
}
# Places for which only numbers are made.
NUMBERS = {"n", "percent"}
JOINED_SAMPLE = "ثلاثة أيام"
HARD_NAMES = (
    "عبد الكريم الكردي", "آمال زين الدين", "لجين الجزار", "نُهى لؤي الحجّار", "محمد (أبو خالد) الثاني", "طلّق",
    "أُعيد", "نُقل", "هُدًى", "مُؤمن آل مُحَمَّد", "لآلئ", "كاملًا، جزءًا.", "(نقدًا)", "شارع 12", "12 شارع",
    "4711/ص", "الله", "بسم الله الرحمن الرحيم", "«مؤسسة النور»", "ريم؟ نعم!", "3.75 ريال، 20%", "گلستان پرويز ڤيان",
)  # fmt: skip


def arabic() -> list[str]:
    """Every Arabic string once, as a line of a paper."""
    ar = language("ar")
    return _lines(chain(HARD_NAMES, _word_lists(), _catalogue(ar), _values(ar)))


def english() -> list[str]:
    en = language("en")
    return _lines(chain(_catalogue(en), _values(en)))


def names() -> list[str]:
    """Names of people, of offices and of places, as they are recorded."""
    return [one for one in _lines(_word_lists()) if not isinstance(one, Markup)]


def _lines(strings: Iterable[str]) -> list[str]:
    """Each once; a comma alone is no line of a paper."""
    return [one for one in dict.fromkeys(strings) if any(map(str.isalnum, one))]


def _word_lists() -> Iterator[str]:
    for path in sorted(LISTS.glob("*.tsv")):
        for line in path.read_text(encoding="utf-8").splitlines():
            yield from (_filled(cell, "ar") for cell in line.split("\t") if typesetting.direction(cell) == "rtl")
    for name in TABLES:
        with (ROOT / name).open(encoding="utf-8", newline="") as file:
            yield from (cell for row in csv.reader(file) for cell in row if typesetting.direction(cell) == "rtl")
    yield from Locale("ar").territories.values()


def _catalogue(tongue: Language) -> Iterator[str]:
    for forms in tongue.texts.values():
        # Names of numbers stand in one text, parted by bars.
        yield from (_filled(part, tongue.code) for form in forms for part in form.split("|") if part.strip())


def _filled(text: str, code: str) -> Markup:
    """With something in each place, held in its own direction as papers do."""
    parts, end = [Markup("")], 0
    for count, place in enumerate(PLACEHOLDER.finditer(text)):
        sample = "12" if place[1] in NUMBERS else SAMPLES[code][(len(text) + count) % len(SAMPLES[code])]
        if text[end : place.start()][-1:].isalpha():
            # What hangs on a letter, as in "شهران و{days}", is Arabic words everywhere.
            sample = JOINED_SAMPLE
        parts += [Markup.escape(text[end : place.start()]), typesetting.isolate(sample)]
        end = place.end()
    return Markup("").join([*parts, Markup.escape(text[end:])])


def _values(tongue: Language) -> Iterator[Markup]:
    today = dt.datetime.now(ZoneInfo("Asia/Riyadh")).date()
    yield from (typesetting.day(today - dt.timedelta(days=290 * count), tongue) for count in range(64))
    chosen = random.Random(4711)  # noqa: S311 - any signs will do
    for mark in "RMC" * 20:
        signs = mark + "".join(chosen.choices(references.ALPHABET, k=14))
        yield typesetting.ltr("-".join(["RUH", signs[:5], signs[5:10], signs[10:], "8"]))
    for currency in ("USD", "SAR", "EUR", "KWD", "TRY", "AED", "JPY"):
        for minor in (0, 100, 1150, 12345678):
            yield typesetting.isolate(tongue.money(Money(minor, currency)))
    for month in range(1, 13):
        name = tongue.text(f"hijri.month.{month}")
        yield typesetting.say(tongue, "form.date.hijri_words", day=month * 2, month=name, year="1448")
