"""Files of bookings as spreadsheets really write them, and every way in which they go wrong."""

from datetime import date

import pytest

from services.consular.bookings import rows
from services.consular.bookings.booked_days import BOTH_ORDERS, DAY_FIRST, MONTH_FIRST
from services.consular.bookings.rows import COLUMNS, Answers, booking_reference, faults_file
from shared.errors import Invalid
from tests.factories.refusals import refuses

pytestmark = pytest.mark.clock

HEAD = ",".join(COLUMNS)
GOOD = "ECSC-1001,01999000001,رشا,passport-renewal,2026-12-27"


def faults(*lines: str) -> list[tuple[int, str, str]]:
    read = rows.read("\n".join([HEAD, *lines]).encode())
    return [(fault.line, fault.column, fault.code) for fault in read.faults]


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "cp1256", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_a_table_is_read_however_the_spreadsheet_wrote_it(sign: str, end: str, encode: str) -> None:
    text = end.join([HEAD, GOOD, ""]).replace(",", sign)
    [row] = rows.read(text.encode(encode)).rows
    assert (row.line, row.reference, row.national_number) == (2, "ECSC-1001", "01999000001")
    assert (row.given_name, row.transaction, row.booked_for) == ("رشا", "passport-renewal", date(2026, 12, 27))


@pytest.mark.parametrize("day", ["2026-12-27", "27/12/2026", "27.12.2026", "٢٠٢٦-١٢-٢٧", "٢٧/١٢/٢٠٢٦", "۲۷/۱۲/۲۰۲۶"])
def test_days_of_every_writing(day: str) -> None:
    [row] = rows.read(f"{HEAD}\nECSC-1,٠١٩٩٩٠٠٠٠٠١,رشا,Passport-Renewal,{day}".encode()).rows
    assert (row.booked_for, row.national_number) == (date(2026, 12, 27), "01999000001")


@pytest.mark.parametrize("name", ["يزن", "لمى", "نور الهدى", "عبد الكريم", "هيثم"])
def test_the_older_arabic_standard_is_told_from_the_one_of_windows(name: str) -> None:
    text = f"{HEAD}\nA-1,01999000001,{name},passport-renewal,2026-12-27\n"
    for encoding in ("iso8859-6", "cp1256", "mac_arabic"):
        read = rows.read(text.encode(encoding))
        assert ([row.given_name for row in read.rows], read.encoding) == ([name], encoding)


@pytest.mark.parametrize("name", ["لمى", "منى", "ليلى", "عبد الكريم", "هيثم", "نور الهدى"])
def test_the_encoding_of_dos_is_told_from_the_others(name: str) -> None:
    read = rows.read(f"{HEAD}\nA-1,01999000001,{name},passport-renewal,2026-12-27\n".encode("cp720"))
    assert ([row.given_name for row in read.rows], read.encoding) == ([name], "cp720")


def test_french_beside_arabic_is_of_windows() -> None:
    read = rows.read(f"{HEAD}\nA-1,01999000001,رشا Hélène,passport-renewal,2026-12-27\n".encode("cp1256"))
    assert (read.rows[0].given_name, read.encoding) == ("رشا Hélène", "cp1256")


def test_columns_may_stand_in_any_order_beside_others() -> None:
    head = "note;Booked_for;TRANSACTION;given name;national_number;reference"
    [row] = rows.read(f"{head}\nx;2026-12-27;passport-renewal;رشا;01999000001;a-1".encode()).rows
    assert row.reference == "A-1"


@pytest.mark.parametrize(
    ("line", "column", "code"),
    [
        (",01999000001,رشا,passport-renewal,2026-12-27", "reference", "required"),
        ("=1+1,01999000001,رشا,passport-renewal,2026-12-27", "reference", "reference_malformed"),
        ("@SUM(A1),01999000001,رشا,passport-renewal,2026-12-27", "reference", "reference_malformed"),
        ("A-1,0199900000,رشا,passport-renewal,2026-12-27", "national_number", "national_number"),
        ("A-1,0199900000²,رشا,passport-renewal,2026-12-27", "national_number", "national_number"),
        ("A-1,01999000001,=HYPERLINK(1),passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,01999000001,-,passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,01999000001,ـ,passport-renewal,2026-12-27", "given_name", "name_without_letters"),
        ("A-1,01999000001,123,passport-renewal,2026-12-27", "given_name", "name_without_letters"),
        ("A-1,01999000001,\u3164,passport-renewal,2026-12-27", "given_name", "required"),
        ("A-1,01999000001,+cmd,passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,01999000001,-1,passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,01999000001, =1+1,passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,01999000001,＝1+1,passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,01999000001,\u200b＠SUM(A1),passport-renewal,2026-12-27", "given_name", "formula"),
        ("A-1,1.23457E+09,رشا,passport-renewal,2026-12-27", "national_number", "number_rounded"),
        ("A-1,1999000001,رشا,passport-renewal,2026-12-27", "national_number", "zero_lost"),
        ("A-1,01999000001,رشا,passport-renewal,27/12/26", "booked_for", "year_of_two_digits"),
        (f"A-1,01999000001,{'ر' * 61},passport-renewal,2026-12-27", "given_name", "too_long"),
        ("A-1,01999000001,رشا,driving-licence,2026-12-27", "transaction", "unknown_transaction"),
        ("A-1,01999000001,رشا,passport-renewal,2026-02-30", "booked_for", "not_a_day"),
        ("A-1,01999000001,رشا,passport-renewal,31/11/2026", "booked_for", "not_a_day"),
        ("A-1,01999000001,رشا,passport-renewal,soon", "booked_for", "not_a_day"),
        ("A-1,01999000001,رشا,passport-renewal,1448-06-12", "booked_for", "year_unlikely"),
        ("A-1,01999000001,رشا,passport-renewal,01/01/9999", "booked_for", "year_unlikely"),
        ("A-1,01999000001,رشا,passport-renewal", "booked_for", "required"),
        ("A-1", "national_number", "required"),
    ],
)
def test_a_bad_row_is_named_by_line_and_column_and_spoils_no_other(line: str, column: str, code: str) -> None:
    assert faults(GOOD, line) == [(3, column, code)]
    assert len(rows.read("\n".join([HEAD, line, GOOD]).encode()).rows) == 1


def test_a_second_row_of_one_reference_is_a_fault() -> None:
    again = GOOD.replace("ECSC-1001", "ecsc-1001 ").replace("رشا", "ليلى")
    assert faults(GOOD, "", again) == [(4, "reference", "twice_in_file")]


def test_lines_are_counted_through_cells_that_span_several() -> None:
    assert faults('A-1,01999000001,"رشا\nالثانية",passport-renewal,2026-12-27', "B-1,1,رشا,passport-renewal,x") == [
        (4, "national_number", "national_number")
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\xef\xbb\xbf \r\n", "file_empty"),
        (HEAD.encode(), "file_empty"),
        ("رشا".encode("cp1256"), "column_missing"),
        (b"PK\x03\x04\x00\x00", "not_text"),
        (b"\xff\xfe\x00", "not_text"),
        (b"%PDF-1.7\n\x01\x02", "not_text"),
        (HEAD.replace("given_name,", "").encode(), "column_missing"),
        (f'{HEAD}\n"{GOOD}'.encode(), "csv_broken"),
    ],
)
def test_what_is_no_such_table_is_refused_whole(content: bytes, code: str) -> None:
    with refuses(code, Invalid) as refused:
        rows.read(content)
    assert refused.value.errors == {"file": code} and refused.value.code == code


def test_a_missing_column_is_named() -> None:
    with refuses("column_missing", Invalid) as refused:
        rows.read(b"reference,transaction\n1,2")
    assert refused.value.params == {"columns": "national_number, given_name, booked_for"}


def test_more_rows_than_a_file_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "MAX_ROWS", 2)
    with refuses("too_many_rows", Invalid):
        rows.read("\n".join([HEAD, GOOD, GOOD, GOOD]).encode())


def test_the_list_of_faults_runs_no_formula() -> None:
    made = faults_file([{"line": 3, "column": "given_name", "code": "formula", "value": '=HYPERLINK("x")'}]).decode()
    assert made.splitlines()[1] == '3,given_name,formula,"\'=HYPERLINK(""x"")"'


def read(*days: str, order: str | None = None) -> rows.ParsedFile:
    lines = [f"ECSC-{index},01999000001,رشا,passport-renewal,{day}" for index, day in enumerate(days, 1000)]
    return rows.read("\n".join([HEAD, *lines]).encode(), Answers(order))


@pytest.mark.parametrize(
    ("days", "suggested"),
    [
        (["12/27/2026"], MONTH_FIRST),
        (["3/4/2027", "12/27/2026 0:00"], MONTH_FIRST),
        (["03/04/2027"], None),
        (["03-04-2027", "2026-12-27"], None),
        (["27/12/2026", "12/28/2026"], BOTH_ORDERS),
        (["27/12/2026", "26/12/2026", "12/28/2026"], DAY_FIRST),
    ],
)
def test_an_order_of_days_that_is_not_certain_is_asked(days: list[str], suggested: str | None) -> None:
    parsed = read(*days)
    assert (parsed.asks_order, parsed.suggested_order) == (True, suggested)
    waiting = [day for day in days if not day.startswith("2026")]
    assert [fault.code for fault in parsed.faults] == ["date_order_needed"] * len(waiting)


@pytest.mark.parametrize("days", [["27/12/2026", "03/04/2027"], ["03.04.2027"], ["05/05/2027"], ["2027-04-03"]])
def test_a_certain_order_is_not_asked(days: list[str]) -> None:
    parsed = read(*days)
    assert not parsed.asks_order and not parsed.faults


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_the_line_of_the_separator_ends_as_others_do(end: str) -> None:
    text = end.join(["sep=;", HEAD.replace(",", ";"), GOOD.replace(",", ";"), ""])
    assert [row.given_name for row in rows.read(text.encode()).rows] == ["رشا"]


def test_marks_of_direction_in_a_day_do_not_answer_for_its_order() -> None:
    """Excel sets them before each slash in Arabic."""
    marked = "\u200f03\u200f/04\u200f/2027"
    assert [fault.code for fault in read(marked).faults] == ["date_order_needed"]
    assert read("\u200f12/\u200f27/2026", marked).suggested_order == MONTH_FIRST
    assert read(marked, order=MONTH_FIRST).rows[0].booked_for == date(2027, 3, 4)


def test_an_answered_order_decides_every_day() -> None:
    american = ["12/27/2026", "3/4/2027", "04-03-2027", "2027/03/04", "04.03.2027", "3/4/2027 9:30:00 AM"]
    parsed = read(*american, order=MONTH_FIRST)
    assert [row.booked_for.isoformat() for row in parsed.rows] == [
        "2026-12-27", "2027-03-04", "2027-04-03", "2027-03-04", "2027-03-04"
    ]  # fmt: skip
    assert [(fault.line, fault.code) for fault in parsed.faults] == [(7, "not_a_day")]
    parsed = read("12/27/2026", "3/4/2027", order=DAY_FIRST)
    assert [fault.code for fault in parsed.faults] == ["not_a_day"]
    assert [row.booked_for for row in parsed.rows] == [date(2027, 4, 3)]


@pytest.mark.parametrize(
    "hour",
    [
        " 0:00", " 00:00:00", "T00:00:00", "T00:00:00Z", " 00:00:00.000", " 12:00:00 AM", " 12:00 am",
        "\u00a012:00:00\u202fAM", " 12:00:00 ص", " ٠٠:٠٠",
    ],
)  # fmt: skip
def test_the_midnight_that_spreadsheets_add_is_no_part_of_a_day(hour: str) -> None:
    parsed = read(f"27/12/2026{hour}")
    assert [row.booked_for for row in parsed.rows] == [date(2026, 12, 27)]


@pytest.mark.parametrize("hour", [" 12:00", " 12:00 PM", " 12:00 م", " 0:01", " 9:30 AM", " AM"])
def test_another_hour_is_no_day(hour: str) -> None:
    assert [fault.code for fault in read(f"27/12/2026{hour}").faults] == ["not_a_day"]


@pytest.mark.parametrize("number", ["1999000001", "1999000001.0", "١٩٩٩٠٠٠٠٠١"])
def test_lost_zeros_are_counted_and_restored_when_confirmed(number: str) -> None:
    content = f"{HEAD}\nA-1,{number},رشا,passport-renewal,2026-12-27\n{GOOD}".encode()
    assert rows.read(content).lost_zeros == 1 and len(rows.read(content).rows) == 1
    restored = rows.read(content, Answers(restore_zeros=True))
    assert [row.national_number for row in restored.rows] == ["01999000001"] * 2


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;\r", "sep=;,,,,"])
def test_the_line_that_names_the_separator_is_no_row(first: str) -> None:
    parsed = rows.read(f"{first}\n{HEAD}\n{GOOD}\nA-1,1,رشا,passport-renewal,2026-12-27".replace(",", ";").encode())
    assert [row.line for row in parsed.rows] == [3]
    assert [fault.line for fault in parsed.faults] == [4]


@pytest.mark.parametrize(
    ("typed", "reference"),
    [
        (" ecsc-١٠٠١ ", "ECSC-1001"),
        ("Ref: ECSC–1001", "ECSC-1001"),
        ("https://old.example/b/ECSC-1001/", "ECSC-1001"),
        ("https://old.example/b/ECSC-1001?lang=ar&x=1#top", "ECSC-1001"),
        ("https://old.example/booking?lang=ar&ref=ECSC-1001", "ECSC-1001"),
        ("Ref ECSC-1001", "ECSC-1001"),
        ("رقم الحجز: ECSC-1001، الرياض", "ECSC-1001"),
        ("رقم الحجز ECSC-1001.", "ECSC-1001"),
        ("ECSCـ1001", "ECSC-1001"),
        ("ECSC – 1001", "ECSC-1001"),
        ("#ECSC-1001", "ECSC-1001"),
        ("(ECSC/2026/1001)", "ECSC/2026/1001"),
        ('="ECSC-1001"', "ECSC-1001"),
        ("'ECSC-1001", "ECSC-1001"),
        ("ＥＣＳＣ－１００１", "ECSC-1001"),
        ("ECSC 1001", "ECSC1001"),
        ("ABC", "ABC"),
        ("ECSC-1001 ECSC-1002", None),
        ("https://old.example/", None),
        ("a b", None),
        ("", None),
        ("'; --", None),
    ],
)
def test_a_reference_as_people_type_it(typed: str, reference: str | None) -> None:
    assert booking_reference(typed) == reference
