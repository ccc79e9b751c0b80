"""Every sentence with a count, for every form a language has: the rendered list is kept, and a change of it is read.

To renew the lists after a change of a text: python -m tests.unit.shared.test_counted_words. Read what changed.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shared.direction import CONTROLS
from shared.documents import amount_words, validity
from shared.documents.typesetting import COUNTED, step_text
from shared.fragments import LANGUAGES
from shared.i18n import CASES, PLACEHOLDER, Language, language
from shared.values import money
from shared.values.money import Money, exponent

CURRENCIES = tuple(sorted(money._EXPONENTS))
LISTS = Path(__file__).parent / "counted_words"
COUNTS = (0, 1, 2, 3, 10, 11, 99, 100, 101, 102, 103, 111)
DAY = date(2026, 11, 21)
# What a step counts. A limit, a minimum and an age are never nothing.
LENGTHS = ("days", "years", "months", "limit", "margin", "advised", "minimum", "age")
NEVER_NOTHING = {"limit", "minimum", "age"}
AMOUNT = {"amount": 20_000, "currency": "USD"}
# A dual or an indefinite "one" of a subject after a word that governs another case.
GOVERNED = re.compile(
    r"(?:منذ|خلال|قبل|حتى|حساب|أقل من|بلغت الإقامة|تُتم الإقامة|أقام فيه|أتم|يتم|بإتمام|يطلب|تصلح الموافقة)"
    r" (?:\S+ )?(?:يومان|سنتان|شهران|ساعتان|دقيقتان)"
)


def plain(text: str) -> str:
    return CONTROLS.sub("", re.sub("<[^>]+>", "", str(text)))


def sample(name: str) -> object:
    return {"day": DAY, "reference": "RUH-7K3MQ-9XFPA-D"}.get(name, name)


def counted_texts(tongue: Language) -> Iterator[tuple[str, int, str]]:
    """Sentences that count by their plural form."""
    for key, forms in sorted(tongue.texts.items()):
        if len(forms) > 1 and not key.startswith("currency."):
            names = {name for form in forms for name in PLACEHOLDER.findall(form)} - {"n"}
            for n in COUNTS:
                yield key, n, plain(tongue.plural(key, n, **{name: sample(name) for name in names}))


def steps(tongue: Language) -> Iterator[tuple[str, int, str]]:
    """Steps of an assessment, each of its lengths by itself."""
    for key, (form, *_) in sorted(tongue.texts.items()):
        bare = re.sub(f"_(?:{'|'.join(CASES)})", "", form)
        names = set(PLACEHOLDER.findall(bare))
        if not key.startswith("working.") or ".without_" in key or not names & set(LENGTHS):
            continue
        code = key.removeprefix("working.")
        for counted in sorted(names & set(LENGTHS)):
            for n in COUNTS[counted in NEVER_NOTHING :]:
                params = {name: _param(name, 4) for name in sorted(names)} | {counted: n}
                yield f"{key} {counted}", n, plain(step_text(tongue, {"code": code, "params": params}))


def _param(name: str, n: int) -> object:
    if name in LENGTHS:
        return n
    if name == "year":
        return 2025
    return AMOUNT if name in ("amount", "rate", "most", "less") else DAY.isoformat()


def validities(tongue: Language) -> Iterator[tuple[str, int, str]]:
    """Texts that state how long a document is good for, for months and for days."""
    for key, (form, *_) in sorted(tongue.texts.items()):
        places = PLACEHOLDER.findall(form)
        names = [name for name in places if name.startswith("valid_")]
        for unit in ("months", "days") if names else ():
            for n in COUNTS[1:]:
                row = validity.Lifetime("x", *((n, 0) if unit == "months" else (0, n)), DAY, "", "")
                cases = {name: next((f".{case}" for case in CASES if name.endswith(case)), "") for name in names}
                said = {name: sample(name) for name in places}
                said |= {name: validity.in_words(tongue, row, case) for name, case in cases.items()}
                yield f"{key} {unit}", n, plain(tongue.text(key, **said))


def amounts(tongue: Language) -> Iterator[tuple[str, str, str]]:
    """Sums in words in every currency that a tariff or a mission may have."""
    for currency in CURRENCIES:
        places = exponent(currency)
        fractions = (f"1.{5:0{places}d}", f"2.{50:0<{places}d}") if places else ()
        for text in (*map(str, (*COUNTS, 1000, 2000)), *fractions):
            yield f"amount {currency}", text, plain(amount_words.in_words(tongue, Money.of(text, currency)))


def rendered(code: str) -> str:
    tongue = language(code)
    kinds: tuple[Callable[[Language], Iterator[tuple[str, object, str]]], ...]
    kinds = (counted_texts, steps, validities, amounts)
    lines = [f"{key} {n}: {said}" for kind in kinds for key, n, said in kind(tongue)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_sentences_are_those_that_were_read(code: str) -> None:
    assert rendered(code).splitlines() == (LISTS / f"{code}.txt").read_text(encoding="utf-8").splitlines()


def test_every_currency_has_a_name_that_agrees() -> None:
    for code in LANGUAGES:
        assert [one for one in CURRENCIES if not language(code).has(f"currency.{one}")] == []


def test_no_subject_stands_where_an_object_must() -> None:
    assert [line for line in rendered("ar").splitlines() if GOVERNED.search(line)] == []


def test_nothing_is_counted_inside_a_sentence() -> None:
    of_steps = [said for _, n, said in steps(language("ar")) if n == 0]
    assert of_steps and [said for said in of_steps if re.search(r"(?:لا|0) (?:يوم|أيام|شهر|أشهر)", said)] == []


def test_every_count_of_a_step_has_a_word() -> None:
    assert set(COUNTED.values()) | {"count.days"} <= set(language("ar").texts)


@pytest.mark.parametrize(
    ("code", "amount", "currency", "said"),
    [
        ("ar", "2", "JOD", "2 دينار أردني"),
        ("ar", "3", "JOD", "3 دنانير أردنية"),
        ("ar", "11", "SYP-NEW", "11 ليرة سورية جديدة"),
        ("ar", "11", "RSD", "11 دينارًا صربيًا"),
        ("ar", "3", "BRL", "3 ريالات برازيلية"),
        ("ar", "11", "PKR", "11 روبية باكستانية"),
        ("ar", "1", "INR", "1 روبية هندية"),
        ("ar", "3", "INR", "3 روبيات هندية"),
        ("ar", "11", "ZAR", "11 راندًا جنوب\u00a0أفريقيًا"),
        ("en", "3", "INR", "3 Indian rupees"),
        ("ar", "5000", "JPY", "5,000 ين ياباني"),
        ("ar", "2.5", "BRL", "2.50 ريال برازيلي"),
        ("en", "1", "BRL", "1 Brazilian real"),
        ("en", "3", "BRL", "3 Brazilian reals"),
        ("en", "3", "JPY", "3 Japanese yen"),
    ],
)
def test_an_amount_agrees_with_its_currency(code: str, amount: str, currency: str, said: str) -> None:
    assert (
        plain(language(code).money(Money.of(Decimal(amount), currency))).replace(".000", "").replace(".00", "") == said
    )


if __name__ == "__main__":
    LISTS.mkdir(exist_ok=True)
    for each in LANGUAGES:
        (LISTS / f"{each}.txt").write_text(rendered(each), encoding="utf-8")
