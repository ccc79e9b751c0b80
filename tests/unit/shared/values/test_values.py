"""Money, digits, names, references, dates: the small values everything else relies on."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values import references
from shared.values.dates import add_months, add_working_days, add_years, age_on, local_date, start_of_day
from shared.values.digits import ascii_digits, is_digits, whole_number
from shared.values.money import CurrencyMismatch, Money, decimal_meant, exponent, read_amount, total
from shared.values.person import national_number, passport_number, residence_number, strip_controls

pytestmark = pytest.mark.clock


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("187.50", "SAR", 18750),
        ("٢٠٠", "USD", 20000),
        ("0.250", "KWD", 250),
        ("1500", "JPY", 1500),
        ("-3", "EUR", -300),
    ],
)
def test_money_is_read_in_the_digits_of_its_currency(text: str, currency: str, minor: int) -> None:
    assert Money.of(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.005", "USD"), ("1.5", "JPY"), ("nan", "USD"), ("Infinity", "USD"), ("", "USD"), ("²", "USD")],
)
def test_money_that_the_currency_cannot_hold_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError):
        Money.of(text, currency)


def test_a_syrian_pound_says_old_or_new() -> None:
    assert exponent("SYP-OLD") == exponent("SYP-NEW") == 2
    with pytest.raises(ValueError):
        Money(1, "SYP")


def test_minor_units_are_never_floats() -> None:
    with pytest.raises(TypeError):
        Money(1.0, "USD")  # type: ignore[arg-type]


def test_currencies_do_not_mix() -> None:
    with pytest.raises(CurrencyMismatch):
        Money(1, "USD") + Money(1, "EUR")


def test_conversion_rounds_half_up_and_to_the_counter_step() -> None:
    assert Money.of("50", "USD").convert(Decimal("3.75"), "SAR") == Money.of("187.50", "SAR")
    assert Money.of("187.50", "SAR").rounded(100) == Money.of("188", "SAR")
    assert Money.of("200", "USD").convert(Decimal("0.709"), "JOD") == Money.of("141.800", "JOD")


@given(st.integers(-(10**9), 10**9), st.lists(st.integers(0, 1000), min_size=1, max_size=9).filter(sum))
def test_parts_sum_to_the_whole(amount: int, weights: list[int]) -> None:
    parts = Money(amount, "SAR").split(weights)
    assert total(parts) == Money(amount, "SAR")
    assert all(
        abs(part.amount * sum(weights) - amount * weight) < sum(weights)
        for part, weight in zip(parts, weights, strict=True)
    )


def test_digits_of_three_scripts() -> None:
    assert ascii_digits("٠١٢٣٤٥٦٧٨٩ ۴۵۶") == "0123456789 456"
    assert is_digits("007") and not is_digits("²") and not is_digits("٣") and not is_digits("")


@pytest.mark.parametrize("typed", ["", "-1", "1.0", "²", "٣", " 1", "1_0", "1" * 16, "0" * 16, "1" * 5000])
def test_what_is_no_whole_number(typed: str) -> None:
    """`int` refuses the last one with an error that is no answer to anybody."""
    assert whole_number(typed) is None
    assert (whole_number("0"), whole_number("007"), whole_number("9" * 15)) == (0, 7, 999_999_999_999_999)


@pytest.mark.parametrize("typed", ["01234567890", "٠١٢٣٤٥٦٧٨٩٠", "۰۱۲۳۴۵۶۷۸۹۰", " 012-34567890 ", "\u202e01234567890"])
def test_a_national_number_in_any_digits(typed: str) -> None:
    assert national_number(typed) == "01234567890"


@pytest.mark.parametrize("typed", ["", "0123456789", "012345678901", "0123456789a", "²1234567890", "०१२३४५६७८९०"])
def test_what_is_no_national_number(typed: str) -> None:
    with pytest.raises(ValueError):
        national_number(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "الرقم الوطني: 01-234567890",
        "National No. 012 3456 7890 (card)",
        "\u200f٠١٢٣٤٥٦٧٨٩٠\u200e",
        "０１２３４５６７８９０",
        "01–234 567—890",
        "012ـ3456ـ7890",
        "012_3456_7890",
        "https://example.org/?n=01234567890",
    ],
)
def test_a_national_number_is_found_in_what_was_pasted(typed: str) -> None:
    assert national_number(typed) == "01234567890"


def test_two_different_numbers_are_no_answer() -> None:
    with pytest.raises(ValueError):
        national_number("01234567890 09876543210")


@pytest.mark.parametrize(
    "typed",
    [
        "Passport No: N 001234567",
        "N.001234567",
        "N/001234567",
        "Nـ001234567",
        "passport_N001234567.pdf",
        "https://example.org/p/N001234567?lang=ar",
        "N–001 234 567",
        "جواز السفر n001234567",
        "Ｎ００１２３４５６７",
    ],
)
def test_a_passport_number_is_found_in_what_was_pasted(typed: str) -> None:
    assert passport_number(typed) == "N001234567"


@pytest.mark.parametrize(
    "typed", ["S/N 001234567", "P.N. 001234567", "https://example.org/p/001234567", "No. 001234567"]
)
def test_a_letter_of_something_else_is_not_the_passports(typed: str) -> None:
    assert passport_number(typed) == "001234567"


def test_a_passport_number_keeps_its_zeros() -> None:
    assert passport_number("n٠٠١٢٣٤٥٦٧") == "N001234567"
    with pytest.raises(ValueError):
        passport_number("AB1234567")


def test_invisible_characters_are_taken_out() -> None:
    assert strip_controls("  سليم\u202e \u200bمثال\u2069 ") == "سليم مثال"


@given(st.integers(0, 10), st.sampled_from(references.ALPHABET))
def test_one_wrong_sign_is_noticed(place: int, sign: str) -> None:
    reference = references.new("RUH", 10)
    where = [i for i, char in enumerate(reference) if i > 3 and char != "-"][place]
    changed = reference[:where] + sign + reference[where + 1 :]
    assert references.is_valid(changed) == (changed == reference)


def test_references_survive_retyping() -> None:
    reference = references.new("RUH", 18, "R")
    assert references.clean(f" {reference.lower().replace('-', ' ')} ") == reference
    assert references.mission_of(reference) == "RUH" and references.mark_of(reference) == "R"
    assert not references.is_valid("RUH") and not references.is_valid("") and not references.is_valid("RUH-IO0-1")


def test_a_day_belongs_to_the_missions_zone() -> None:
    late = datetime(2026, 11, 21, 22, 0, tzinfo=UTC)
    assert local_date(late, "Asia/Riyadh") == date(2026, 11, 22)
    assert local_date(late, "America/New_York") == date(2026, 11, 21)
    assert start_of_day(date(2026, 11, 22), "Asia/Riyadh") == datetime(2026, 11, 21, 21, 0, tzinfo=UTC)
    with pytest.raises(ValueError):
        local_date(datetime(2026, 1, 1), "Asia/Riyadh")  # noqa: DTZ001


def test_ages_and_years_around_a_leap_day() -> None:
    born = date(2004, 2, 29)
    assert age_on(born, date(2022, 2, 28)) == 17 and age_on(born, date(2022, 3, 1)) == 18
    assert add_years(born, 18) == date(2022, 3, 1)
    assert add_months(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert add_months(date(2026, 11, 21), 3) == date(2027, 2, 21)


def test_working_days_skip_the_missions_weekend_and_closures() -> None:
    def weekend(day: date) -> bool:
        return day.weekday() in {4, 5}

    thursday = date(2026, 11, 19)
    assert add_working_days(thursday, 1, weekend) == date(2026, 11, 22)
    assert add_working_days(thursday, 1, lambda day: weekend(day) or day == date(2026, 11, 22)) == date(2026, 11, 23)
    assert add_working_days(thursday, 14, weekend) == date(2026, 12, 9)


@pytest.mark.parametrize(
    "pasted",
    [
        "{0}",
        "Code: {0}.",
        "رقم الطلب: \u2066{0}\u2069، وموعدكم غداً",
        "https://mahjar.example/ar/verify/{0}?utm=1",
        "https://mahjar.example/verify/{0}",
        "<{0}>",
        "{0}\nIssued at Riyadh 2026",
    ],
)
@pytest.mark.parametrize("length", [references.APPLICATION_LENGTH, references.CODE_LENGTH])
@pytest.mark.parametrize("dash", ["-", "–", "‑", "−", " ", "", "－", "%2D", "\u00ad"])
def test_a_reference_is_found_in_what_was_pasted(pasted: str, length: int, dash: str) -> None:
    reference = references.new("RUH", length)
    assert references.clean(pasted.format(reference.replace("-", dash))) == reference
    assert references.clean(pasted.format(reference.replace("-", dash)).lower()) == reference


def test_a_reference_in_double_width_and_arabic_digits_is_found() -> None:
    reference = references.new("RUH", 10)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in reference)
    assert references.clean(wide) == reference
    assert references.clean(reference.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))) == reference


def test_a_text_without_a_reference_is_refused() -> None:
    assert not references.is_valid(references.clean("https://mahjar.example/ar/verify/"))
    assert not references.is_valid(references.clean(""))


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-Q9XF", "7k3mq9xf", " 7K3M Q9XF ", "Code: 7K3M-Q9XF.", "رمزك ٧K٣M–Q٩XF صالح ساعة", "\u20667K3M\u2069‑Q9XF",
        "7K3MـQ9XF", "７Ｋ３Ｍ－Ｑ９ＸＦ", "MARK 7K3M-Q9XF", "https://mahjar.example/ar/sign-up?code=7K3M-Q9XF",
        "Your code 7K3MQ9XF ends 2026-11-30",
    ],
)  # fmt: skip
def test_a_code_is_found_in_what_was_pasted(typed: str) -> None:
    assert references.code(typed, (4, 4)) == "7K3MQ9XF"


def test_a_text_without_a_code_stays_wrong() -> None:
    assert references.code("7K3M-Q9X", (4, 4)) == "7K3MQ9X" and references.code("", (4, 4)) == ""
    assert references.code("ABCD-2345-EFGH", (4, 4, 4)) == "ABCD2345EFGH"


@pytest.mark.parametrize(
    "typed",
    ["Code: RUH-7K3MQ", "https://mahjar.example/desk/cases/RUH-7K3MQ?tab=1", "طلب RUH–7K3MQ، اليوم", "ruhـ7k3mq"],
)
def test_a_part_of_a_reference_is_found_in_what_was_pasted(typed: str) -> None:
    assert references.parts(typed) == {"RUH7K3MQ"}
    assert references.parts(typed.replace("7K3MQ", "FUJWQ").replace("7k3mq", "fujwq")) >= {"RUHFUJWQ"}


@pytest.mark.parametrize("text", ["Yazan", "Nayef", "Adnan", "Hamed", "Issa Amer", "Husam Ramadan", "RUH-F7X95"])
def test_a_name_or_a_part_is_no_whole_reference(text: str) -> None:
    """Their letters pass the check character, as those of one text in 29 do."""
    assert not references.is_valid(references.clean(text))


def test_a_word_is_no_part_of_a_reference() -> None:
    assert references.parts("Code of the application, urgent") == set()


def test_figures_of_a_telephone_number_are_no_part_of_a_reference() -> None:
    assert references.parts("+966 50 123 4567") == references.parts("room B12") == set()


@pytest.mark.parametrize(
    "typed", ["2123456789", "رقم الإقامة: ٢١٢٣٤٥٦٧٨٩", "Iqama No. 2 123 456 789", "2123-456-789", "2123ـ456ـ789"]
)
def test_a_residence_number_is_found_in_what_was_pasted(typed: str) -> None:
    assert residence_number(typed) == "2123456789"


@pytest.mark.parametrize("typed", ["", "212345678", "21234567890", "A2123456789", "2123456789 2123456780"])
def test_what_is_no_residence_number(typed: str) -> None:
    with pytest.raises(ValueError, match="saudi_number"):
        residence_number(typed)


@pytest.mark.parametrize("sign", ["\u034f", "\u115f", "\u1160", "\u180e", "\u2800", "\u3164", "\uffa0", "\U000e0041"])
def test_fillers_without_ink_are_no_text(sign: str) -> None:
    assert strip_controls(sign) == "" and strip_controls(f"سل{sign}يم") == "سليم"


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        *(
            ("750", "SAR", 75_000),
            ("1,250.50", "SAR", 125_050),
            ("١٬٢٥٠٫٥٠", "SAR", 125_050),
            ("1 250", "EUR", 125_000),
        ),
        *(("61.425", "KWD", 61_425), ("3,750.000", "KWD", 3_750_000), ("31450", "JPY", 31_450), (" 5 ", "USD", 500)),
        *(
            ("\u200f٤١٢٫٥٠\u200f", "SAR", 41_250),
            ("\u2066412.50\u2069", "SAR", 41_250),
            ("４１２．５０", "SAR", 41_250),
        ),
        *(
            ("۴۱۲٫۵", "SAR", 41_250),
            ("1\u00a0250.50", "SAR", 125_050),
            ("1.250", "KWD", 1_250),
            ("412.5", "SAR", 41_250),
        ),
        ("9,999,999,999.99", "SAR", 999_999_999_999),
    ],
)
def test_an_amount_is_read_as_officers_type_it(typed: str, currency: str, minor: int) -> None:
    assert read_amount(typed, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        *(("3,75", "SAR"), ("٣٬٧٥", "SAR"), ("1,25,000", "INR"), ("1,250 000", "SAR"), ("3,750", "KWD")),
        *(("-5", "SAR"), ("+5", "SAR"), ("0", "SAR"), ("0.00", "SAR"), ("10.005", "SAR"), ("1.5", "JPY")),
        *(("1" + "0" * 15, "SAR"), ("1" + "0" * 30, "SAR"), ("NaN", "SAR"), ("1e3", "SAR"), ("", "SAR"), ("5", "SYP")),
        *(("1.250", "SAR"), ("1.000", "IDR"), ("٣٫٠٠٠", "SYP-NEW"), ("412.00", "JPY"), ("1.2500", "KWD")),
        *(("1" + "0" * 15, "JPY"), ("10000000000.01", "SAR"), ("1" + "0" * 12 + "1", "JPY")),
        *(
            ("$5", "USD"),
            ("5 SAR", "SAR"),
            ("€ 5", "EUR"),
            ("5 ر.س", "SAR"),
            ("−5", "SAR"),
            ("－5", "SAR"),
            ("5-", "SAR"),
        ),
        *((".5", "SAR"), ("5.", "SAR"), ("1_000", "SAR"), ("1  250", "SAR"), ("½", "SAR")),
        *(("٤١٢،٥٠", "SAR"), ("1.250,50", "SAR"), ("5\u200f-", "SAR"), ("0x10", "SAR"), ("१२", "SAR"), (" ", "SAR")),
    ],
)
def test_an_amount_that_could_mean_something_else_is_none(typed: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"not an amount|more digits|unknown currency"):
        read_amount(typed, currency)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("3,75", "3.75"),
        ("٣،٧٥", "3.75"),
        ("٣٬٧٥", "3.75"),
        ("1.234,5", "1234.5"),
        ("3,750", None),
        ("3.75", None),
        ("1,250.50", None),
        (",75", None),
        ("3,", None),
        ("abc", None),
    ],
)
def test_a_comma_before_decimals_is_asked_about(typed: str, meant: str | None) -> None:
    assert decimal_meant(typed) == meant
