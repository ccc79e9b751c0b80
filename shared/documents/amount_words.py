"""An amount of money in words, as a receipt repeats it: the number agrees with its currency in gender, case and number.

The libraries that were tried do not know Arabic agreement: num2words 0.5.14 writes a numeral before one and two, and
leaves the n of a dual off where no noun follows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from shared.i18n import Language
from shared.values.money import Money

# Thousands, millions, milliards: the largest first.
SCALES = ((10**9, "milliard"), (10**6, "million"), (10**3, "thousand"))
LARGEST = 10**12 - 1
SEPARATOR = "|"


@dataclass(frozen=True)
class Noun:
    """What is counted, in the forms that numbers ask for; `construct` forms stand before another noun."""

    singular: str
    dual: str
    plural: str
    accusative: str
    feminine: bool = False
    dual_construct: str = ""


@dataclass(frozen=True)
class Numerals:
    """The numerals of Arabic, as the catalogue has them: one to nineteen by gender, tens, hundreds, scales."""

    zero: str
    masculine: tuple[str, ...]
    feminine: tuple[str, ...]
    before_tens: tuple[str, ...]
    tens: tuple[str, ...]
    hundreds: tuple[str, ...]
    two_hundred_construct: str
    scales: dict[str, Noun]


def in_words(tongue: Language, money: Money) -> str:
    """The whole units in words, the rest as a fraction in figures. Amounts from 10 to the 12th on stay in figures."""
    whole, rest = divmod(abs(money.amount), unit := Money.of(1, money.currency).amount)
    if whole > LARGEST or money.amount < 0:
        return tongue.money(money)
    said = SPELLERS[tongue.code](tongue, whole, money.currency)
    width = len(str(unit)) - 1
    return tongue.text("amount.and_fraction", whole=said, rest=f"{rest:0{width}d}/{unit}") if rest else said


def _arabic(tongue: Language, n: int, currency: str) -> str:
    numerals = _numerals(tongue)
    return _counted(numerals, n, _noun(tongue, currency))


def _counted(numerals: Numerals, n: int, noun: Noun) -> str:
    """The number with its noun. After hundreds and thousands, one and two repeat the noun: 100 pounds and a pound."""
    if n == 0:
        return f"{numerals.zero} {noun.singular}"
    if n == 1:
        return f"{noun.singular} {(numerals.feminine if noun.feminine else numerals.masculine)[0]}"
    if n == 2:
        return noun.dual
    last = n % 100
    if n > 100 and last in (1, 2):
        return f"{_counted(numerals, n - last, noun)} و{_counted(numerals, last, noun)}"
    return f"{_spell(numerals, n, feminine=noun.feminine, construct=True)} {_form(noun, last)}"


def _form(noun: Noun, last: int) -> str:
    """The form of a noun by the last two digits of its number: three to ten, eleven to ninety-nine, whole hundreds."""
    if last == 0:
        return noun.singular
    return noun.plural if last <= 10 else noun.accusative


def _spell(numerals: Numerals, n: int, *, feminine: bool, construct: bool) -> str:
    """The number alone. With `construct` its noun follows."""
    parts, left = [], n
    for value, name in SCALES:
        group, left = divmod(left, value)
        if group:
            parts += _scaled(numerals, group, numerals.scales[name], construct=construct and left == 0)
    if left:
        parts.append(_below_thousand(numerals, left, feminine=feminine, construct=construct))
    return " و".join(parts)


def _scaled(numerals: Numerals, group: int, scale: Noun, *, construct: bool) -> list[str]:
    """Thousands or millions: counted themselves, and without the ending of their case where the noun follows."""
    if group == 1:
        return [scale.singular]
    if group == 2:
        return [scale.dual_construct if construct else scale.dual]
    last = group % 100
    if group > 100 and last in (1, 2):
        hundreds = _scaled(numerals, group - last, scale, construct=False)
        return [*hundreds, *_scaled(numerals, last, scale, construct=construct)]
    form = scale.singular if construct and last > 10 else _form(scale, last)
    return [f"{_below_thousand(numerals, group, feminine=False, construct=True)} {form}"]


def _below_thousand(numerals: Numerals, n: int, *, feminine: bool, construct: bool) -> str:
    hundreds, rest = divmod(n, 100)
    parts = []
    if hundreds:
        whole = construct and not rest and hundreds == 2
        parts.append(numerals.two_hundred_construct if whole else numerals.hundreds[hundreds - 1])
    if 0 < rest < 20:
        parts.append((numerals.feminine if feminine else numerals.masculine)[rest - 1])
    elif rest:
        tens, ones = divmod(rest, 10)
        if ones:
            parts.append((numerals.before_tens if feminine else numerals.masculine)[ones - 1])
        parts.append(numerals.tens[tens - 2])
    return " و".join(parts)


@lru_cache
def _numerals(tongue: Language) -> Numerals:
    def row(name: str) -> tuple[str, ...]:
        return tuple(tongue.text(f"numeral.{name}").split(SEPARATOR))

    return Numerals(
        tongue.text("numeral.zero"),
        row("masculine"),
        row("feminine"),
        row("before_tens"),
        row("tens"),
        row("hundreds"),
        tongue.text("numeral.two_hundred_construct"),
        {name: _scale(row(name)) for _, name in SCALES},
    )


def _scale(forms: tuple[str, ...]) -> Noun:
    singular, dual, plural, accusative, construct = forms
    return Noun(singular, dual, plural, accusative, dual_construct=construct)


def _noun(tongue: Language, currency: str) -> Noun:
    """The name of a currency in its forms."""
    singular, plural, accusative = tongue.currency_forms(currency, (100, 3, 11))
    # What a space that does not break holds together is declined as one word.
    dual = " ".join(map(_dual, singular.split(" ")))
    return Noun(singular, dual, plural, accusative, feminine=singular.split()[0].endswith("ة"))


def _dual(word: str) -> str:
    """A noun or adjective for two, as the subject of a sentence."""
    return f"{word[:-1]}تان" if word.endswith("ة") else f"{word}ان"


def _english(tongue: Language, n: int, currency: str) -> str:
    (name,) = tongue.currency_forms(currency, (n,))
    return f"{_spell_english(tongue, n)} {name}"


def _spell_english(tongue: Language, n: int) -> str:
    below_twenty, tens = (tongue.text(f"numeral.{name}").split(SEPARATOR) for name in ("masculine", "tens"))
    if n == 0:
        return tongue.text("numeral.zero")
    if n < 20:
        return below_twenty[n - 1]
    if n < 100:
        return tens[n // 10 - 2] + (f"-{below_twenty[n % 10 - 1]}" if n % 10 else "")
    value, name = next(((value, name) for value, name in SCALES if n >= value), (100, "hundreds"))
    head, left = divmod(n, value)
    text = f"{_spell_english(tongue, head)} {tongue.text(f'numeral.{name}')}"
    if not left:
        return text
    return f"{text} {'and ' if left < 100 else ''}{_spell_english(tongue, left)}"


SPELLERS: dict[str, Callable[[Language, int, str], str]] = {"ar": _arabic, "en": _english}
