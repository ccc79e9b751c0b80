"""Every word a person reads comes from here, in their language, with values that cannot disturb its direction.

Babel has the locales, plural rules and dates; ours are the keys and the parameters in braces.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property, lru_cache

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.support import Translations
from markupsafe import Markup

from shared.direction import isolate, isolate_number, language_of
from shared.fragments import FOLDER, LANGUAGES, LOCALES, Forms, compile_texts, read_fragments
from shared.settings import is_strict
from shared.values.dates import first_day, local_time
from shared.values.money import Money

# Fractions take the form of a hundred.
OTHER = 100
DAY, HOUR = "d MMMM y", "HH:mm"
# The variants of a counted word besides the plain one, which is the subject's: of an object, and after a preposition or
# noun. Their keys end with the case, and so do the places for them in a sentence.
CASES = ("accusative", "genitive")
PLACEHOLDER = re.compile(r"\{([a-z_][a-z0-9_]*)\}")


class MissingText(KeyError):
    """A key or a parameter that no translation answers; raised only under MAHJAR_STRICT, as the tests set it."""


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
        return self.locale.text_direction

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
        return Markup("").join(_parts(self._form(key), params, self._in_bdi))

    def plural(self, key: str, n: int | Decimal, **params: object) -> str:
        """The form that n asks for; n itself may be used in it as {n}."""
        return "".join(_parts(self._form(key, n), {"n": n, **params}, self._isolated))

    def plural_html(self, key: str, n: int | Decimal, **params: object) -> Markup:
        return Markup("").join(_parts(self._form(key, n), {"n": n, **params}, self._in_bdi))

    def in_cases(self, name: str, key: str, n: int) -> dict[str, str]:
        """A counted word by its role in a sentence: {name}, {name_accusative} and {name_genitive}."""
        return {name: self.plural(key, n), **{f"{name}_{case}": self.plural(f"{key}.{case}", n) for case in CASES}}

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
        return format_date(day, DAY, locale=self.locale)

    def partial_date(self, text: str) -> str:
        """A date in words, from as much of ISO 8601 as is known: a year, a month of a year, or a day."""
        if len(text) == len("1945"):
            return text
        if len(text) == len("1945-03"):
            return format_date(first_day(text), "MMMM y", locale=self.locale)
        return self.date(first_day(text))

    def weekday(self, day: dt.date) -> str:
        return format_date(day, "EEEE", locale=self.locale)

    def time(self, instant: dt.datetime, zone: str) -> str:
        return format_datetime(local_time(instant, zone), HOUR, locale=self.locale)

    def datetime(self, instant: dt.datetime, zone: str) -> str:
        """Day and hour in the zone; ValueError for an instant that does not know its own."""
        pattern = str(self.locale.datetime_formats["medium"]).format(HOUR, DAY)
        return format_datetime(local_time(instant, zone), pattern, locale=self.locale)

    def number(self, n: int | Decimal) -> str:
        """Western digits in both languages; a minus is held to the left of its number."""
        plain = f"{n:,}"
        return isolate_number(plain) if n < 0 and self.direction == "rtl" else plain

    def amount(self, money: Money) -> str:
        """The amount alone, with the decimals of its currency, as columns of figures want it."""
        return self.number(money.major)

    def money(self, money: Money) -> str:
        """Amount and the currency's name after it, in the form the amount asks for."""
        return f"{self.amount(money)} {self._form(f'currency.{money.currency}', money.major)}"

    def currency_forms(self, currency: str, counts: tuple[int, ...]) -> tuple[str, ...]:
        """The currency's name after each of these numbers."""
        return tuple(self._form(f"currency.{currency}", n) for n in counts)

    def _form(self, key: str, n: int | Decimal = OTHER) -> str:
        if not self.has(key):
            if is_strict():
                raise MissingText(f"{self.code}: {key}")
            return key
        if len(self.texts[key]) == 1:
            return self.translations.gettext(key)
        return self.translations.ngettext(key, key, abs(int(n)) if n == int(n) else OTHER)

    def _isolated(self, value: object) -> str:
        return isolate(self.format_parameter(value))

    def _in_bdi(self, value: object) -> str:
        return value_in_bdi(value) if isinstance(value, Markup) else self.in_script(self.format_parameter(value))

    def in_script(self, text: str) -> Markup:
        """A value in its own direction; a name of the other script names its language, for voices that read aloud."""
        code = language_of(text, self.code)
        return Markup('<bdi lang="{}">{}</bdi>').format(code, text) if code else value_in_bdi(text)


def value_in_bdi(value: object) -> Markup:
    """A value that keeps its own direction."""
    return Markup("<bdi>{}</bdi>").format(value)


def _parts(form: str, params: Mapping[str, object], format_param: Callable[[object], str]) -> Iterator[str]:
    """The form's own words and, in between, its parameters as text."""
    for index, part in enumerate(PLACEHOLDER.split(form)):
        if index % 2 == 0:
            yield part
        elif part in params:
            yield format_param(params[part])
        elif is_strict():
            raise MissingText(f"no value for {{{part}}} in {form!r}")
        else:
            yield f"{{{part}}}"


@lru_cache
def language(code: str) -> Language:
    """The language of that code, read once; KeyError for one we do not speak."""
    if code not in LANGUAGES:
        raise KeyError(code)
    return Language(code, read_fragments(FOLDER / code))
