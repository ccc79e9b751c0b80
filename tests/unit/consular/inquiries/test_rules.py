"""The five checks with their remedies, the clock's colours, and what may follow an answer."""

from datetime import date, timedelta

import pytest

from services.consular.inquiries import rules
from services.consular.inquiries.rules import AMBER, GREEN, RED, Content
from shared.catalogue.inquiries import REFERRALS, TYPES
from shared.fragments import LANGUAGES
from shared.i18n import language
from shared.values.dates import count_working_days

TEXT = "طلبت تجديد جوازي قبل شهر ولم يصلني خبر عنه"
GOOD = Content("application", "01234567890", TEXT)


def faults(content: Content, own: frozenset[str] = frozenset(), *, own_case: bool = True) -> dict[str, str]:
    return rules.intake_faults(content, own, own_case)


def test_a_whole_inquiry_passes() -> None:
    assert faults(GOOD) == {}


def test_each_check_fails_by_itself_and_all_of_them_together() -> None:
    assert faults(Content("application", "", TEXT)) == {"number": "inquiry_number"}
    assert faults(Content("pizza", "01234567890", TEXT)) == {"type": "inquiry_type"}
    assert faults(Content("final-exit", "01234567890", TEXT)) == {"type": "inquiry_referred"}
    assert faults(Content("application", "01234567890", "متى؟")) == {"text": "inquiry_text_unclear"}
    assert faults(GOOD, own_case=False) == {"about": "inquiry_not_yours"}
    assert set(faults(Content("", "", ""), own_case=False)) == {"number", "type", "text", "about"}


def test_a_national_number_is_ones_own_or_of_whom_one_acts_for() -> None:
    assert faults(GOOD, frozenset({"01234567890"})) == {}
    assert faults(GOOD, frozenset({"09876543210"})) == {"number": "inquiry_number_of_another"}
    # A border number is in no register of ours.
    assert faults(Content("application", "3123456789", TEXT), frozenset({"09876543210"})) == {}


@pytest.mark.parametrize(
    ("typed", "clean"),
    [
        ("٠١٢٣٤٥٦٧٨٩٠", "01234567890"),
        ("012 345-678 90", "01234567890"),
        ("3123456789", "3123456789"),
        ("\u202e3123456789\u202c", "3123456789"),
        ("312345678", ""),
        ("012345678901", ""),
        ("¹²³⁴⁵⁶⁷⁸⁹⁰", ""),
        ("رقم الحدود: 3123456789", "3123456789"),
        ("الرقم الوطني ٠١٢٣٤٥٦٧٨٩٠.", "01234567890"),
        ("01234567890 3123456789", ""),
        ("<b>312345678</b>", ""),
        ("", ""),
    ],
)
def test_numbers_as_people_type_them(typed: str, clean: str) -> None:
    assert rules.clean_number(typed) == clean


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "required"),
        ("\u202e\u200f \u2066", "required"),
        ("ا" * 10_000, "inquiry_text_long"),
        ("كلام " * 800, None if len(set("كلام")) >= 5 else "inquiry_text_unclear"),
        ("اااا اااا اااا اااا اااا", "inquiry_text_unclear"),
        ("1234 5678 9012 3456 7890 1234", "inquiry_text_unclear"),
        ("كلمتان طويلتانجداجداجداجدا", "inquiry_text_unclear"),
        ("<script>alert('x')</script> أريد أن أعرف أين جوازي", None),
        (TEXT, None),
        ("Where is my passport, please? I applied a month ago.", None),
    ],
)
def test_a_text_is_clear_or_says_why_not(text: str, code: str | None) -> None:
    assert rules.text_fault(text) == code


def test_the_longest_text_is_taken_and_one_letter_more_is_not() -> None:
    longest = (TEXT + " ") * 200
    whole = longest[: rules.TEXT_LENGTH - 1] + "ب"
    assert rules.text_fault(whole) is None
    assert rules.text_fault(whole + "ب") == "inquiry_text_long"


@pytest.mark.parametrize(("type", "files", "lacks"), [("document-error", 0, True), ("document-error", 1, False)])
def test_some_types_need_a_paper(type: str, files: int, lacks: bool) -> None:
    assert rules.lacks_uploads(type, files) is lacks
    assert not rules.lacks_uploads("application", files)


@pytest.mark.parametrize(
    ("days_ahead", "working_days", "colour"),
    [(7, 5, GREEN), (2, 2, GREEN), (4, 1, AMBER), (0, 0, AMBER), (-1, 0, RED), (-30, 0, RED)],
)
def test_colours_go_by_working_days_and_red_begins_after_the_day(
    days_ahead: int, working_days: int, colour: str
) -> None:
    today = date(2026, 11, 26)
    assert rules.colour(today + timedelta(days=days_ahead), today, working_days) == colour


def test_working_days_leave_out_weekends_and_count_the_last_day() -> None:
    def is_free(day: date) -> bool:
        return day.weekday() in (4, 5)

    thursday = date(2026, 11, 26)
    assert count_working_days(thursday, date(2026, 11, 29), is_free) == 1
    assert count_working_days(thursday, date(2026, 12, 3), is_free) == 5
    assert count_working_days(thursday, thursday, is_free) == 0
    assert count_working_days(thursday, date(2026, 11, 1), is_free) == 0


def test_an_answer_may_be_contested_for_thirty_days() -> None:
    assert rules.contestable_until(date(2026, 1, 31)) == date(2026, 3, 2)


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_type_has_a_name_and_synonyms_and_none_is_there_twice(code: str) -> None:
    spoken = language(code)
    names = [spoken.text(f"inquiry.type.{slug}") for slug in TYPES]
    assert len(set(names)) == len(names) == 19
    assert all(spoken.text(f"inquiry.type.{slug}.synonyms") for slug in TYPES)
    assert all(spoken.text(f"referral.{country}") for country in REFERRALS)


def test_the_list_of_the_host_service_is_here_once() -> None:
    assert sum(kind.referred for kind in TYPES.values()) == 10
    assert {"first-passport", "passport-renewal", "passport-extension"} <= set(TYPES)
