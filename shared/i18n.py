"""Every word a person reads comes from here, in their language, with values that cannot disturb its direction."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import get_currency_name
from babel.support import Translations
from markupsafe import Markup

from shared.settings import is_strict
from shared.values.money import Money

FOLDER = Path(__file__).parent / "translations"
LANGUAGES = ("ar", "en")
# Syria keeps the Levant's month names; CLDR's plain Arabic does not.
LOCALES = {"ar": Locale("ar", "SY"), "en": Locale("en", "GB")}
PLURALS = {"ar": ("zero", "one", "two", "few", "many", "other"), "en": ("one", "other")}
# Which form a whole number takes, as the headers of the fragments say it too. Fractions take the form of a hundred.
PLURAL_RULES = {
    "ar": "n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 && n%100<=99 ? 4 : 5",
    "en": "n != 1",
}
OTHER = 100
DIRECTIONS = {"ar": "rtl", "en": "ltr"}
COMMAS = {"ar": "،", "en": ","}

FSI, LRI, PDI = "\u2068", "\u2066", "\u2069"
MARKS = re.compile("[\u200e\u200f\u061c]")
CONTROLS = re.compile("[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")

Forms = tuple[str, ...]


class MissingText(KeyError):
    """A key or a parameter that no translation answers; raised only under MAHJAR_STRICT, as the tests set it."""


def isolate(text: str) -> str:
    """The text between isolates, so that its direction stays its own; controls that would leak out are dropped."""
    return FSI + (text if _is_balanced(text) else CONTROLS.sub("", text)) + PDI


def _is_balanced(text: str) -> bool:
    depth = 0
    for char in CONTROLS.findall(text):
        if char in (FSI, LRI):
            depth += 1
        elif char == PDI and depth:
            depth -= 1
        else:
            return False
    return depth == 0


def read_fragments(folder: Path) -> dict[str, Forms]:
    """Key to plural forms (or the one form) of every fragment in the folder. Raises ValueError on a key met twice."""
    texts: dict[str, Forms] = {}
    for path in sorted(folder.glob("*.po")):
        for key, forms in _read_po(path):
            if key in texts:
                raise ValueError(f"{path.name}: {key} is already translated in another fragment")
            texts[key] = forms
    return texts


def _read_po(path: Path) -> Iterator[tuple[str, Forms]]:
    with path.open("rb") as file:
        for message in read_po(file, locale=path.parent.name, abort_invalid=True):
            if message.id:
                key = message.id if isinstance(message.id, str) else message.id[0]
                yield key, (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def compile_texts(code: str, texts: Mapping[str, Forms]) -> Translations:
    """The texts as gettext reads them, in memory: no compiled file can fall behind its source."""
    catalog = Catalog(locale=code)
    catalog.mime_headers = [("Plural-Forms", f"nplurals={len(PLURALS[code])}; plural=({PLURAL_RULES[code]});")]
    for key, forms in texts.items():
        catalog.add((key, key) if len(forms) > 1 else key, forms if len(forms) > 1 else forms[0])
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


@dataclass(frozen=True, eq=False)
class Language:
    """One language: its texts and its way to write dates, numbers and money. It needs no request."""

    code: str
    texts: dict[str, Forms] = field(repr=False)

    @cached_property
    def translations(self) -> Translations:
        return compile_texts(self.code, self.texts)

    @property
    def direction(self) -> str:
        return DIRECTIONS[self.code]

    @property
    def locale(self) -> Locale:
        return LOCALES[self.code]

    def has(self, key: str) -> bool:
        return key in self.texts

    def text(self, key: str, **params: object) -> str:
        """Plain text; each parameter stands between isolates."""
        return "".join(_parts(self._form(key), params, self._isolated))

    def html(self, key: str, **params: object) -> Markup:
        """Safe HTML: text and parameters escaped (a Markup parameter is kept), each parameter in its own <bdi>."""
        return self._markup(self._form(key), params)

    def plural(self, key: str, n: int | Decimal, **params: object) -> str:
        """The form that n asks for; n itself may be used in it as {n}."""
        return "".join(_parts(self._form(key, n), {"n": n, **params}, self._isolated))

    def plural_html(self, key: str, n: int | Decimal, **params: object) -> Markup:
        return self._markup(self._form(key, n), {"n": n, **params})

    def format_parameter(self, value: object) -> str:
        """A parameter as text: dates, numbers and money in the language's way, all else as it is."""
        match value:
            case Money():
                return self.money(value)
            case bool() | str():
                return str(value)
            case dt.datetime():
                raise TypeError("an instant needs a zone: pass Language.datetime(instant, zone)")
            case dt.date():
                return self.date(value)
            case int() | Decimal():
                return self.number(value)
        return str(value)

    def date(self, day: dt.date) -> str:
        return format_date(day, "d MMMM y", locale=self.locale)

    def partial_date(self, text: str) -> str:
        """A date in words, from as much of ISO 8601 as is known: a year, a month of a year, or a day."""
        if len(text) == len("1945"):
            return text
        if len(text) == len("1945-03"):
            return format_date(dt.date.fromisoformat(f"{text}-01"), "MMMM y", locale=self.locale)
        return self.date(dt.date.fromisoformat(text))

    def weekday(self, day: dt.date) -> str:
        return format_date(day, "EEEE", locale=self.locale)

    def time(self, instant: dt.datetime, zone: str | ZoneInfo) -> str:
        return f"{_local(instant, zone):%H:%M}"

    def datetime(self, instant: dt.datetime, zone: str | ZoneInfo) -> str:
        """Day and hour in the zone; ValueError for an instant that does not know its own."""
        local = _local(instant, zone)
        return f"{self.date(local.date())}{COMMAS[self.code]} {local:%H:%M}"

    def number(self, n: int | Decimal) -> str:
        """Western digits in both languages; a minus is held to the left of its number."""
        plain = f"{n:,}"
        return f"{LRI}{plain}{PDI}" if n < 0 and self.direction == "rtl" else plain

    def amount(self, money: Money) -> str:
        """The amount alone, with the decimals of its currency, as columns of figures want it."""
        return self.number(money.major)

    def money(self, money: Money) -> str:
        """Amount and the currency's name after it, in the form the amount asks for."""
        key, major = f"currency.{money.currency}", money.major
        if self.has(key):
            name = self._form(key, major)
        else:
            name = MARKS.sub("", get_currency_name(money.currency, count=float(major), locale=self.locale))
        return f"{self.amount(money)} {name}"

    def lookup(self, key: str, n: int) -> str | None:
        """The form of a text for a whole number; None where there is no text."""
        counted = self.translations.ngettext(key, "", n)
        if counted and (n, counted) != (1, key):
            return counted
        form = self.translations.gettext(key)
        return None if form == key else form

    def _form(self, key: str, n: int | Decimal = OTHER) -> str:
        form = self.lookup(key, abs(int(n)) if n == int(n) else OTHER)
        if form is None and is_strict():
            raise MissingText(f"{self.code}: {key}")
        return form or key

    def _isolated(self, value: object) -> str:
        return isolate(self.format_parameter(value))

    def _markup(self, form: str, params: dict[str, object]) -> Markup:
        return Markup("").join(_parts(form, params, self._in_bdi))

    def _in_bdi(self, value: object) -> str:
        return Markup("<bdi>{}</bdi>").format(value if isinstance(value, Markup) else self.format_parameter(value))


def _parts(form: str, params: dict[str, object], format_param: Callable[[object], str]) -> Iterator[str]:
    """The form's own words as they are, with each place shown as asked in between."""
    end = 0
    for placeholder in PLACEHOLDER.finditer(form):
        yield form[end : placeholder.start()]
        if placeholder[1] in params:
            yield format_param(params[placeholder[1]])
        elif is_strict():
            raise MissingText(f"no value for {placeholder[0]} in {form!r}")
        else:
            yield placeholder[0]
        end = placeholder.end()
    yield form[end:]


def _local(instant: dt.datetime, zone: str | ZoneInfo) -> dt.datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone has no local time")
    return instant.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


@lru_cache
def language(code: str) -> Language:
    """The language of that code, read once; KeyError for one we do not speak."""
    if code not in LANGUAGES:
        raise KeyError(code)
    return Language(code, read_fragments(FOLDER / code))
