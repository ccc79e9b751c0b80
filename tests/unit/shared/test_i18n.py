"""Texts by key, in two languages, with six Arabic plural forms and values that keep their direction."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from markupsafe import Markup

from shared.direction import CONTROLS, isolate
from shared.fragments import FOLDER, LANGUAGES, PLURALS
from shared.fragments import read_fragments as read
from shared.i18n import PLACEHOLDER, Language, MissingText, language
from shared.values.money import Money

pytestmark = pytest.mark.clock

AR, EN = language("ar"), language("en")
HEAD = 'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def language_with(code: str, **texts: str | tuple[str, ...]) -> Language:
    return Language(code, {key: (forms,) if isinstance(forms, str) else forms for key, forms in texts.items()})


@pytest.mark.parametrize(
    ("n", "form"),
    [
        *((0, "zero"), (1, "one"), (2, "two"), (3, "few"), (10, "few"), (11, "many"), (99, "many"), (100, "other")),
        *((101, "other"), (102, "other"), (103, "few"), (110, "few"), (111, "many"), (199, "many"), (200, "other")),
        *((203, "few"), (1000, "other"), (1003, "few"), (1011, "many"), (1100, "other")),
        *((Decimal("0.5"), "other"), (Decimal("1.5"), "other"), (Decimal("3.00"), "few"), (Decimal("2.0"), "two")),
    ],
)
def test_arabic_has_six_forms(n: int | Decimal, form: str) -> None:
    assert language_with("ar", days=PLURALS["ar"]).plural("days", n) == form


@pytest.mark.parametrize(("n", "said"), [(0, "none"), (1, "day"), (2, "days"), (Decimal("1.5"), "days"), (101, "days")])
def test_english_has_two_forms_and_one_for_nothing(n: int | Decimal, said: str) -> None:
    assert language_with("en", days=("none", "day", "days")).plural("days", n) == said


def test_counted_days_are_said_as_people_say_them() -> None:
    said = [CONTROLS.sub("", AR.plural("count.days", n)) for n in (0, 1, 2, 3, 11, 100)]
    assert said == ["لا أيام", "يوم واحد", "يومان", "3 أيام", "11 يومًا", "100 يوم"]


def test_each_parameter_is_isolated() -> None:
    greeting = language_with("ar", hello="أهلًا {name}، رقمك {number}.")
    assert greeting.text("hello", name="Rasha", number="+963 11") == "أهلًا \u2068Rasha\u2069، رقمك \u2068+963 11\u2069."
    assert greeting.html("hello", name="<b>", number=Markup("<i>5</i>")) == (
        "أهلًا <bdi>&lt;b&gt;</bdi>، رقمك <bdi><i>5</i></bdi>."
    )


@pytest.mark.parametrize("hostile", ["\u202ecba", "a\u2069b", "\u2067a", "\u200fa", "\u2066a\u2069\u2069"])
def test_no_parameter_can_leave_its_isolate(hostile: str) -> None:
    assert CONTROLS.findall(isolate(hostile)) == ["\u2068", "\u2069"]


def test_balanced_isolates_survive() -> None:
    assert isolate("a \u2068b\u2069") == "\u2068a \u2068b\u2069\u2069"


def test_translations_and_parameters_never_become_markup_or_places() -> None:
    odd = language_with("en", odd="1 < {n} & <b>")
    assert odd.html("odd", n="{n}") == "1 &lt; <bdi>{n}</bdi> &amp; &lt;b&gt;"


def test_a_missing_text_is_an_error_in_tests_and_its_key_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MissingText, match="no such"):
        language_with("en").text("no such")
    with pytest.raises(MissingText, match="name"):
        language_with("en", hello="{name}").text("hello")
    monkeypatch.delenv("MAHJAR_STRICT")
    assert language_with("en").text("no such") == "no such"
    assert language_with("en", hello="{name}").text("hello") == "{name}"


def test_dates_follow_the_levant() -> None:
    day = date(2026, 11, 5)
    assert (AR.date(day), EN.date(day)) == ("5 تشرين الثاني 2026", "5 November 2026")
    assert [AR.date(date(2026, month, 1)).split(" ", 1)[1].rsplit(" ", 1)[0] for month in (1, 2, 6, 12)] == [
        "كانون الثاني",
        "شباط",
        "حزيران",
        "كانون الأول",
    ]
    assert (AR.weekday(day), EN.weekday(day)) == ("الخميس", "Thursday")


def test_an_instant_needs_a_zone() -> None:
    instant = datetime(2026, 11, 5, 22, 30, tzinfo=UTC)
    assert AR.datetime(instant, "Asia/Riyadh") == "6 تشرين الثاني 2026، 01:30"
    assert EN.datetime(instant, "Europe/Berlin") == "5 November 2026, 23:30"
    with pytest.raises(ValueError, match="zone"):
        AR.datetime(datetime(2026, 11, 5), "Asia/Riyadh")  # noqa: DTZ001 - the naive instant is the point
    with pytest.raises(TypeError, match="zone"):
        language_with("en", at="{at}").text("at", at=instant)


def test_numbers_are_western_and_a_minus_stays_in_front() -> None:
    assert (AR.number(1234567), EN.number(Decimal("1234.50"))) == ("1,234,567", "1,234.50")
    assert (AR.number(-5), EN.number(-5)) == ("\u2066-5\u2069", "-5")


@pytest.mark.parametrize(
    ("amount", "currency", "arabic", "english"),
    [
        ("187.50", "SAR", "187.50 ريال سعودي", "187.50 Saudi riyals"),
        ("3", "USD", "3.00 دولارات أمريكية", "3.00 US dollars"),
        ("750", "SAR", "750.00 ريالًا سعوديًا", "750.00 Saudi riyals"),
        ("1", "KWD", "1.000 دينار كويتي", "1.000 Kuwaiti dinar"),
        ("1234.5", "SYP-OLD", "1,234.50 ليرة سورية قديمة", "1,234.50 old Syrian pounds"),
        ("12.34", "LBP", "12.34 ليرة لبنانية", "12.34 Lebanese pounds"),
        ("0.250", "IQD", "0.250 دينار عراقي", "0.250 Iraqi dinars"),
        ("5000", "JPY", "5,000 ين ياباني", "5,000 Japanese yen"),
    ],
)
def test_money_has_the_decimals_of_its_currency_and_its_name(
    amount: str, currency: str, arabic: str, english: str
) -> None:
    money = Money.of(amount, currency)
    assert (AR.money(money), EN.money(money)) == (arabic, english)
    assert not CONTROLS.search(AR.money(money))


def test_only_our_languages_are_spoken() -> None:
    with pytest.raises(KeyError):
        language("fr")
    assert (AR.direction, EN.direction) == ("rtl", "ltr")
    assert AR.has("print.number") and not AR.has("print.no_such")


def test_a_key_in_two_fragments_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.po").write_text(f'{HEAD}msgid "a.key"\nmsgstr "{name}"\n')
    with pytest.raises(ValueError, match=r"two\.po: a\.key"):
        read(folder)


def test_no_fragment_has_a_key_twice() -> None:
    for path in sorted(FOLDER.glob("*/*.po")):
        keys = re.findall(r'^msgid "(.+)"$', path.read_text(), re.MULTILINE)
        assert sorted(set(keys)) == sorted(keys), path


def forms() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    return ((code, key, found) for code in LANGUAGES for key, found in language(code).texts.items())


def test_both_languages_say_everything() -> None:
    assert set(AR.texts) ^ set(EN.texts) == set()
    assert [(code, key) for code, key, found in forms() if not all(found)] == []
    assert [(code, key) for code, key, found in forms() if len(found) not in (1, len(PLURALS[code]))] == []
    assert {key for key in AR.texts if (len(AR.texts[key]) > 1) != (len(EN.texts[key]) > 1)} == set()


def test_both_languages_have_the_same_places() -> None:
    def placeholders(tongue: Language, key: str) -> set[str]:
        return {place for form in tongue.texts[key] for place in PLACEHOLDER.findall(form)}

    assert {
        key: (placeholders(AR, key), placeholders(EN, key))
        for key in AR.texts
        if placeholders(AR, key) != placeholders(EN, key)
    } == {}


def test_texts_hold_no_markup_and_no_direction_marks_but_closed_isolates() -> None:
    assert [(code, key) for code, key, found in forms() if re.search("<[a-z/]", " ".join(found))] == []
    assert [
        (code, key) for code, key, found in forms() if any(isolate(form) != f"\u2068{form}\u2069" for form in found)
    ] == []


def test_stray_braces_are_not_taken_for_places() -> None:
    assert [
        (code, key) for code, key, found in forms() if re.search("[{}]", PLACEHOLDER.sub("", " ".join(found)))
    ] == []
