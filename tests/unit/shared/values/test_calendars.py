"""Dates in both calendars: published pairs, each slip with a code of its own, no day lost on the way and back."""

from datetime import date

import pytest
from hijridate import Gregorian
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.forms import TYPED_HIJRI, check_answers, check_draft, typed_value
from shared.values.calendars import read_date, to_gregorian
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

TODAY = date(2026, 11, 21)
FIRST, LAST = date(1924, 8, 1), date(2077, 11, 16)

# Published pairs: where each stands in print.
PUBLISHED = [
    ((1343, 1, 1), FIRST, "first day of the comparative calendar of 1343-1500"),
    ((1343, 5, 15), date(1924, 12, 12), "first issue of the newspaper Umm al-Qura"),
    ((1356, 1, 1), date(1937, 3, 14), "R. H. van Gent, Utrecht: first year of his tables"),
    ((1400, 1, 1), date(1979, 11, 20), "newspapers of the first day of the fifteenth century"),
    ((1428, 7, 10), date(2007, 7, 24), "entry stamp of King Khalid airport"),
    ((1446, 1, 1), date(2024, 7, 7), "new year of 1446"),
    ((1447, 1, 1), date(2025, 6, 26), "new year of 1447"),
    ((1448, 6, 11), date(2026, 11, 21), "KACST tables"),
    ((1500, 12, 30), LAST, "last day of the comparative calendar of 1343-1500"),
]


@pytest.mark.parametrize(("hijri", "gregorian"), [pair[:2] for pair in PUBLISHED], ids=[pair[2] for pair in PUBLISHED])
def test_published_pairs(hijri: tuple[int, int, int], gregorian: date) -> None:
    assert to_gregorian(*hijri) == gregorian


@given(st.dates(FIRST, LAST))
def test_every_day_of_the_tables_comes_back_the_same(day: date) -> None:
    assert to_gregorian(*Gregorian.fromdate(day).to_hijri().datetuple()) == day


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "not_a_date"),
        ("yesterday", "not_a_date"),
        ("20/05/1992", "not_a_date"),
        ("90-5-1", "not_a_date"),
        ("47-1-1 AH", "not_a_date"),
        ("1447-1-1 ?", "not_a_date"),
        ("1447-1-1 AH AH", "not_a_date"),
        ("1992-1", "not_a_date"),
        ("²⁰¹⁰-1-1", "not_a_date"),
        ("1992-13-1", "month_unknown"),
        ("1992-0-1", "month_unknown"),
        ("1447-13-1 AH", "month_unknown"),
        ("1992-02-30", "day_not_in_month"),
        ("2023-02-29", "day_not_in_month"),
        ("1992-04-31", "day_not_in_month"),
        ("1992-04-0", "day_not_in_month"),
        ("1447-02-30 AH", "hijri_month_of_29"),
        ("1447-02-31 AH", "day_not_in_month"),
        ("1447-01-31 AH", "day_not_in_month"),
        ("1447-01-0 AH", "day_not_in_month"),
        ("1342-12-29 AH", "hijri_out_of_table"),
        ("1501-01-01 AH", "hijri_out_of_table"),
        ("1410-05-01", "year_looks_hijri"),
        ("1992-05-20 AH", "year_looks_gregorian"),
        ("1899-12-31", "out_of_range"),
        ("2100-01-01", "out_of_range"),
        ("0000-01-01", "out_of_range"),
    ],
)
def test_each_slip_has_a_code_of_its_own(typed: str, code: str) -> None:
    with pytest.raises(ValueError, match=f"^{code}$"):
        read_date(typed)


@pytest.mark.parametrize("typed", ["1447-01-30 AH", "١٤٤٧-٠١-٣٠ AH", "۱۴۴۷-۰۱-۳۰ AH", "1447-1-30 AH"])
def test_all_digits_are_read(typed: str) -> None:
    day = read_date(typed)
    assert day.gregorian == date(2025, 7, 25) and day.hijri == "1447-01-30"


def test_the_longest_hijri_month_is_thirty_days() -> None:
    assert read_date("1447-01-30 AH").gregorian == date(2025, 7, 25)
    with pytest.raises(ValueError, match="hijri_month_of_29"):
        read_date("1447-02-30 AH")


def test_an_answer_is_kept_as_a_gregorian_day_with_what_was_typed_beside_it() -> None:
    kept = check_draft("cash-allowance", {"residence_since": "1440-01-01 AH"}, TODAY)
    assert kept == {"residence_since": "2018-09-11", "residence_since" + TYPED_HIJRI: "1440-01-01"}
    assert typed_value("residence_since", kept) == "1440-01-01 AH"
    assert check_draft("cash-allowance", kept, TODAY) == kept


def test_another_date_in_its_place_forgets_what_was_typed_before() -> None:
    before = check_draft("cash-allowance", {"residence_since": "1440-01-01 AH"}, TODAY)
    after = check_draft("cash-allowance", before | {"residence_since": "2018-09-12"}, TODAY)
    assert after == {"residence_since": "2018-09-12"}


@pytest.mark.parametrize("said", ["1440-01-01", "1440-02-30", "x", "1440-01-01 AH", None, 5])
def test_what_was_typed_cannot_contradict_the_day(said: object) -> None:
    """Whatever a client sends beside a date, only its own Hijri form is kept."""
    sent = {"residence_since": "2018-09-12", "residence_since" + TYPED_HIJRI: said}
    assert check_draft("cash-allowance", sent, TODAY) == {"residence_since": "2018-09-12"}


def test_a_hijri_day_still_to_come_is_not_past() -> None:
    with refuses("invalid", Invalid) as refused:
        check_answers("cash-allowance", {"residence_since": "1448-06-12 AH"}, TODAY, "residence")
    assert refused.value.errors["residence_since"] == "in_the_future"
