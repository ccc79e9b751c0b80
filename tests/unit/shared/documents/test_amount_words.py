"""Amounts in words, as a careful clerk writes them: agreement in gender, case and number, in both languages."""

import pytest

from shared.direction import CONTROLS
from shared.documents import typesetting
from shared.documents.amount_words import in_words
from shared.i18n import language
from shared.values.money import Money
from tests.factories.documents.snapshots import document

RIYALS = {
    0: "صفر ريال سعودي",
    1: "ريال سعودي واحد",
    2: "ريالان سعوديان",
    3: "ثلاثة ريالات سعودية",
    8: "ثمانية ريالات سعودية",
    10: "عشرة ريالات سعودية",
    11: "أحد عشر ريالًا سعوديًا",
    12: "اثنا عشر ريالًا سعوديًا",
    20: "عشرون ريالًا سعوديًا",
    21: "واحد وعشرون ريالًا سعوديًا",
    99: "تسعة وتسعون ريالًا سعوديًا",
    100: "مئة ريال سعودي",
    101: "مئة ريال سعودي وريال سعودي واحد",
    102: "مئة ريال سعودي وريالان سعوديان",
    103: "مئة وثلاثة ريالات سعودية",
    111: "مئة وأحد عشر ريالًا سعوديًا",
    200: "مئتا ريال سعودي",
    250: "مئتان وخمسون ريالًا سعوديًا",
    300: "ثلاثمئة ريال سعودي",
    1000: "ألف ريال سعودي",
    1001: "ألف ريال سعودي وريال سعودي واحد",
    1200: "ألف ومئتا ريال سعودي",
    2000: "ألفا ريال سعودي",
    2005: "ألفان وخمسة ريالات سعودية",
    3000: "ثلاثة آلاف ريال سعودي",
    11000: "أحد عشر ألف ريال سعودي",
    11500: "أحد عشر ألفًا وخمسمئة ريال سعودي",
    100_000: "مئة ألف ريال سعودي",
    101_000: "مئة ألف وألف ريال سعودي",
    102_000: "مئة ألف وألفا ريال سعودي",
    200_000: "مئتا ألف ريال سعودي",
    1_000_000: "مليون ريال سعودي",
    2_000_000: "مليونا ريال سعودي",
    3_000_015: "ثلاثة ملايين وخمسة عشر ريالًا سعوديًا",
}
POUNDS = {
    1: "ليرة سورية جديدة واحدة",
    2: "ليرتان سوريتان جديدتان",
    3: "ثلاث ليرات سورية جديدة",
    8: "ثماني ليرات سورية جديدة",
    10: "عشر ليرات سورية جديدة",
    11: "إحدى عشرة ليرة سورية جديدة",
    12: "اثنتا عشرة ليرة سورية جديدة",
    18: "ثماني عشرة ليرة سورية جديدة",
    21: "إحدى وعشرون ليرة سورية جديدة",
    28: "ثمانٍ وعشرون ليرة سورية جديدة",
    101: "مئة ليرة سورية جديدة وليرة سورية جديدة واحدة",
    108: "مئة وثماني ليرات سورية جديدة",
    3000: "ثلاثة آلاف ليرة سورية جديدة",
}
ENGLISH = {
    0: "zero Saudi riyals",
    1: "one Saudi riyal",
    2: "two Saudi riyals",
    21: "twenty-one Saudi riyals",
    100: "one hundred Saudi riyals",
    101: "one hundred and one Saudi riyals",
    1001: "one thousand and one Saudi riyals",
    1200: "one thousand two hundred Saudi riyals",
    11000: "eleven thousand Saudi riyals",
    100_000: "one hundred thousand Saudi riyals",
    1_000_000: "one million Saudi riyals",
    3_000_115: "three million one hundred and fifteen Saudi riyals",
}


def words(code: str, amount: str | int, currency: str) -> str:
    return CONTROLS.sub("", in_words(language(code), Money.of(amount, currency)))


@pytest.mark.parametrize(("n", "said"), RIYALS.items())
def test_a_masculine_currency(n: int, said: str) -> None:
    assert words("ar", n, "SAR") == said


@pytest.mark.parametrize(("n", "said"), POUNDS.items())
def test_a_feminine_currency(n: int, said: str) -> None:
    assert words("ar", n, "SYP-NEW") == said


@pytest.mark.parametrize(("n", "said"), ENGLISH.items())
def test_english(n: int, said: str) -> None:
    assert words("en", n, "SAR") == said


@pytest.mark.parametrize(
    ("code", "amount", "currency", "said"),
    [
        ("ar", "937.50", "SAR", "تسعمئة وسبعة وثلاثون ريالًا سعوديًا و50/100"),
        ("ar", "1.05", "USD", "دولار أمريكي واحد و05/100"),
        ("ar", "2.250", "KWD", "ديناران كويتيان و250/1000"),
        ("en", "1.05", "USD", "one US dollar and 05/100"),
        ("en", "2.250", "KWD", "two Kuwaiti dinars and 250/1000"),
        # «اثنان يورو» and «اثنان JPY» stood here: a number of two has no word of its own beside its noun.
        ("ar", "2", "EUR", "يوروان"),
        ("ar", "102", "EUR", "مئة يورو ويوروان"),
        ("ar", "2.50", "EUR", "يوروان و50/100"),
        ("ar", "5", "JPY", "خمسة ينات يابانية"),
        ("ar", "2", "JPY", "ينان يابانيان"),
        ("ar", "1", "AMD", "درام أرميني واحد"),
        ("ar", "11", "CUP", "أحد عشر بيزو كوبيًا"),
        ("ar", "2", "ZAR", "راندان جنوب\u00a0أفريقيان"),
        ("ar", "101", "CZK", "مئة كرونة تشيكية وكرونة تشيكية واحدة"),
        ("ar", "0.50", "MRU", "صفر أوقية موريتانية و50/100"),
        ("ar", "3", "INR", "ثلاث روبيات هندية"),
        ("ar", "12", "INR", "اثنتا عشرة روبية هندية"),
        ("ar", "2", "RSD", "ديناران صربيان"),
        ("en", "5", "BRL", "five Brazilian reals"),
    ],
)
def test_fractions_and_currencies(code: str, amount: str, currency: str, said: str) -> None:
    assert words(code, amount, currency) == said


def test_what_is_too_large_for_words_stays_in_figures() -> None:
    assert words("ar", 10**12, "SAR") == "1,000,000,000,000.00 ريال سعودي"


def test_a_receipt_repeats_its_total_in_words() -> None:
    page = typesetting.html(document("receipt"), "consular")
    assert "تسعمئة وسبعة وثلاثون ريالًا سعوديًا" in page and "nine hundred and thirty-seven Saudi riyals" in page


def test_a_receipt_has_the_cashiers_name_or_room_for_it() -> None:
    named = typesetting.html(document("receipt"), "consular")
    nameless = typesetting.html(document("receipt", cashier={"ar": "", "en": ""}), "consular")
    online = typesetting.html(document("receipt", cashier=None), "consular")
    assert "هدى الحموي" in named and "Huda Alhamwi" in named and 'class="signature"' not in named
    assert 'class="signature"' in nameless and 'class="signature"' not in online


def test_the_appointment_slip_has_one_word_for_itself() -> None:
    page = typesetting.html(document("turn-slip", transaction=None), "consular")
    assert "موعد" in page and "دور" not in page and "turn" not in page.replace("turn-slip", "").replace("return", "")
