"""Answers as people type them, and the code each mistake gets beside its field."""

from datetime import date

import pytest

from shared.catalogue import CATALOGUE
from shared.catalogue.model import DECEASED, Facts
from shared.errors import Invalid, NotFound
from shared.forms import check_answers, phones, with_death
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 21)
RENEWAL = {
    "passport_number": "N٠٠١٢٣٤٥٦٧",
    "passport_issued_on": "2020-12-01",
    "passport_expires_on": "٢٠٢٦-١٢-٠١",
    "renewal_reason": "expiring",
    "latin_given_name": "Karam",
    "latin_father_name": "Salim",
    "latin_family_name": "Namouzaj",
    "latin_mother_name": "Huda",
    "profession": "معلّم",
    "residence_city": "الرياض",
    "residence_address": "شارع العليا",
    "mobile": "+966 50 123 4567",
    "emergency_name": "ريم",
    "emergency_phone": "00963 933 123 456",
    "consular_registration": "registered",
}


def faults(**changed: object) -> dict[str, str]:
    with refuses("invalid", Invalid) as refused:
        check_answers("passport-renewal", RENEWAL | changed, TODAY)
    return refused.value.errors


def test_good_answers_come_back_clean() -> None:
    clean = check_answers("passport-renewal", RENEWAL, TODAY)
    assert clean["passport_number"] == "N001234567"
    assert clean["passport_expires_on"] == "2026-12-01"
    assert clean["mobile"] == "+966501234567" and clean["emergency_phone"] == "+963933123456"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("Sa’id", "Sa'id"), ("O`Hara", "O'Hara"), ("Al‑Hussein", "Al-Hussein"), ("Abou–Said", "Abou-Said")],
)
def test_what_a_telephone_makes_of_an_apostrophe_is_one(typed: str, kept: str) -> None:
    assert check_answers("passport-renewal", RENEWAL | {"latin_given_name": typed}, TODAY)["latin_given_name"] == kept


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("passport_number", "12", "passport_number"),
        ("passport_number", "", "required"),
        ("passport_number", "\u202e", "required"),
        ("passport_number", None, "required"),
        ("passport_number", ["N001234567"], "malformed"),
        ("passport_issued_on", "2020-02-30", "day_not_in_month"),
        ("passport_issued_on", "yesterday", "not_a_date"),
        ("passport_issued_on", "2026-11-22", "in_the_future"),
        ("passport_issued_on", "1066-10-14", "out_of_range"),
        ("passport_expires_on", "2020-11-30", "expires_before_issue"),
        ("passport_expires_on", "2027-11-22", "renewal_too_early"),
        ("renewal_reason", "because", "unknown_choice"),
        ("latin_given_name", "كرم", "not_latin"),
        ("latin_given_name", "K" * 40, "too_long"),
        ("profession", "م" * 121, "too_long"),
        ("mobile", "0501234567", "phone"),
        ("mobile", "+966 50 abc", "phone_unknown"),
        ("mobile", "00966 50 12", "phone_unknown"),
        ("mobile", "+966501234567 / +966507654321", "one_phone"),
        ("mobile", "+966 5٠1234567 ext 3", "one_phone"),
    ],
)
def test_each_fault_has_its_own_code(field: str, value: object, code: str) -> None:
    assert faults(**{field: value}) == {field: code}


def test_a_year_before_expiry_and_full_pages_are_in_time() -> None:
    check_answers("passport-renewal", RENEWAL | {"passport_expires_on": "2027-11-21"}, TODAY)
    full = {"passport_expires_on": "2030-01-01", "renewal_reason": "pages_full"}
    check_answers("passport-renewal", RENEWAL | full, TODAY)


def test_missing_fields_are_all_named_at_once() -> None:
    with refuses("invalid", Invalid) as refused:
        check_answers("passport-renewal", {}, TODAY)
    asked = (question for question in CATALOGUE["passport-renewal"].questions if question.required)
    assert refused.value.errors == dict.fromkeys((question.name for question in asked), "required")


def test_an_unknown_transaction() -> None:
    with refuses("unknown_transaction", NotFound):
        check_answers("flying-carpet", {}, TODAY)


@pytest.mark.parametrize(
    ("facts", "unmet"),
    [
        ({"sex": "M", "born": date(1997, 3, 14), "service_status": "liable"}, []),
        ({"sex": "F", "born": date(1997, 3, 14)}, ["man", "owes_service"]),
        ({"sex": "M", "born": date(2008, 11, 22), "service_status": "liable"}, ["service_age"]),
        ({"sex": "M", "born": date(2008, 11, 21), "service_status": "liable"}, []),
        ({"sex": "M", "born": date(1984, 11, 21), "service_status": "liable"}, ["service_age"]),
        ({"sex": "M", "born": date(1984, 11, 22), "service_status": "liable"}, []),
        ({"sex": "M", "born": date(1997, 3, 14), "service_status": "served"}, ["owes_service"]),
        ({"sex": "M", "born": date(1997, 3, 14), "service_status": "liable", "alive": False}, ["alive"]),
        ({"sex": "M", "born": date(1997, 3, 14), "service_status": "liable", "registered": False}, ["registered"]),
    ],
)
def test_who_may_ask_for_a_cash_allowance(facts: dict[str, object], unmet: list[str]) -> None:
    known = Facts(person="p", today=TODAY, **facts)  # type: ignore[arg-type]
    assert [condition.code for condition in CATALOGUE["cash-allowance"].unmet(known)] == unmet


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("+966 50 123 4567", ""),
        ("00966501234567", ""),
        ("0501234567", "SA"),
        ("050-123-4567", "SA"),
        ("(050) 123 4567", "SA"),
        ("٠٥٠١٢٣٤٥٦٧", "SA"),
        ("۰۵۰ ۱۲۳ ۴۵۶۷", "SA"),
        ("＋９６６５０１２３４５６７", ""),
        ("+966–50–123—4567", ""),
        ("+966\u201150\u2212123\u00ad4567", ""),
        ("\u2066+966\u00a050\u202f123\u20094567\u2069", ""),
        ("+966 (0)50 123 4567", "DE"),
        ("tel:+966-50-123-4567", ""),
        ("966501234567", "SA"),
        ("Tel.: +966 50 123 4567", ""),
        ("هاتف: 0501234567", "SA"),
        ("جوال ٠٥٠ ١٢٣ ٤٥٦٧", "SA"),
        ("966501234567+", "DE"),
        ("\u200f٩٦٦٥٠١٢٣٤٥٦٧+", "DE"),
        ("(+966) 50 123 4567", "DE"),
        ("+966ـ50ـ123ـ4567", "DE"),
        ("﹢966501234567", "DE"),
        ("+966·50·123·4567", "DE"),
        ("050_123_4567", "SA"),
        ("+00966501234567", "DE"),
        ("0011 966 50 123 4567", "AU"),
        ("011 966 50 123 4567", "US"),
        ("810 966 50 123 4567", "RU"),
        ("010 966 50 123 4567", "JP"),
        ("https://wa.me/966501234567", "DE"),
        ("https://api.whatsapp.com/send?phone=966501234567", "DE"),
        ("0501234567, +966501234567", "SA"),
    ],
)
def test_a_number_is_understood_however_it_is_written(typed: str, country: str) -> None:
    clean = check_answers("passport-renewal", RENEWAL | {"mobile": typed}, TODAY, country=country)
    assert clean["mobile"] == "+966501234567"


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("0151 23456789", "DE", "+4915123456789"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("06 12 34 56 78", "FR", "+33612345678"),
        ("0933 123 456", "SY", "+963933123456"),
        ("(202) 555-0143", "US", "+12025550143"),
        ("8 (495) 123-45-67", "RU", "+74951234567"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "IR", "+989123456789"),
        ("03/123456", "LB", "+9613123456"),
        ("06 6982 1234", "IT", "+390669821234"),
        ("(11) 91234-5678", "BR", "+5511912345678"),
        ("090ー1234ー5678", "JP", "+819012345678"),
        ("07 70 123 4567", "IQ", "+9647701234567"),
        ("010 1234 5678", "EG", "+201012345678"),
        ("079 012 3456", "JO", "+962790123456"),
        ("050.123.4567", "AE", "+971501234567"),
        ("098765-43210", "IN", "+919876543210"),
        ("963 944 123 456", "SA", "+963944123456"),
        ("963944123456", "SY", "+963944123456"),
        ("963944123456", "", "+963944123456"),
    ],
)
def test_a_national_number_is_that_of_the_country_of_residence(typed: str, country: str, kept: str) -> None:
    clean = check_answers("passport-renewal", RENEWAL | {"mobile": typed}, TODAY, country=country)
    assert clean["mobile"] == kept


@pytest.mark.parametrize(
    ("typed", "country", "code"),
    [("+999123456789", "", "phone_unknown"), ("0501234567", "", "phone"), ("0933123456", "SA", "phone"),
     ("+966 50 123", "", "phone_unknown"), ("1-800-FLOWERS", "US", "phone"), ("+966501234567 ext 5", "SA", "one_phone"),
     ("+966501234567;ext=5", "SA", "one_phone"), ("963944123456", "DE", "phone"), ("5321234567", "", "phone"),
     ("0501234567 0551234567", "SA", "one_phone"), ("0501234567 / 0507654321", "SA", "one_phone"), ("+", "SA", "phone"),
     ("+" * 300, "SA", "phone"), ("+966501234567 أو +966501234568", "SA", "one_phone")],
)  # fmt: skip
def test_a_number_that_no_plan_has_is_refused(typed: str, country: str, code: str) -> None:
    with refuses("invalid", Invalid) as refused:
        check_answers("passport-renewal", RENEWAL | {"mobile": typed}, TODAY, country=country)
    assert refused.value.errors == {"mobile": code}


@pytest.mark.parametrize(
    "typed", ["050 123 4567", "+966 50 123 4567", "00966-50-123-4567", "٠٥٠١٢٣٤٥٦٧", "＋966501234567"]
)
def test_a_saudi_mobile_in_both_forms(typed: str) -> None:
    assert phones.read_saudi_mobile(typed) == "+966501234567"


@pytest.mark.parametrize("typed", ["011 234 5678", "+963933123456", "0512", ""])
def test_no_saudi_mobile(typed: str) -> None:
    with pytest.raises(ValueError, match="saudi_mobile"):
        phones.read_saudi_mobile(typed)


@pytest.mark.parametrize(
    "typed", ["Şahin", "İbrahim", "Ğazi", "Łukasz", "Đorđe", "ʿAbd", "Strauß", "Æsir", "Ḥusayn", "Ərdoğan"]
)
def test_a_latin_name_comes_back_as_it_was_typed(typed: str) -> None:
    assert check_answers("passport-renewal", RENEWAL | {"latin_given_name": typed}, TODAY)["latin_given_name"] == typed


@pytest.mark.parametrize("typed", ["رشا", "Жан", "ʿ", "'", "-", "Rasha رشا", "ʔa"])
def test_what_no_passport_can_print_is_no_latin_name(typed: str) -> None:
    assert faults(latin_given_name=typed) == {"latin_given_name": "not_latin"}


@pytest.mark.parametrize("typed", ["Rasha1", "Namouzaj.", "St. John", "A/B", "Rasha_Maria"])
def test_a_latin_name_with_other_signs_is_told_so(typed: str) -> None:
    assert faults(latin_given_name=typed) == {"latin_given_name": "latin_signs"}


def test_the_dead_are_not_asked_whether_they_are_registered_with_the_mission() -> None:
    answers = {"purpose": "court", "marital_status_shown": "yes"}
    with refuses("invalid", Invalid) as refused:
        check_answers("individual-extract", answers, TODAY)
    assert refused.value.errors == {"consular_registration": "required"}
    of_dead = with_death(answers | {"consular_registration": "not_registered"}, is_dead=True)
    clean = check_answers("individual-extract", of_dead, TODAY)
    assert clean == answers | {DECEASED: "yes"}
    assert with_death(clean, is_dead=False) == answers
    entry = CATALOGUE["individual-extract"]
    owed = {
        is_dead: [fee.name for fee in entry.owed(with_death(of_dead, is_dead=is_dead))] for is_dead in (True, False)
    }
    assert owed == {True: ["document_from_syria"], False: ["document_from_syria", "consular_registration"]}


def test_every_entry_that_serves_the_dead_leaves_out_what_concerns_the_living_alone() -> None:
    for entry in CATALOGUE.values():
        asked = [one.name for one in entry.questions if one.is_asked({DECEASED: "yes"})]
        assert "consular_registration" not in asked, entry.slug
