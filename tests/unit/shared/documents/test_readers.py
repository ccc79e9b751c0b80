"""What four readers make of our papers: a share of `python -m tests.readers` that fits into every run."""

import random
import re
from pathlib import Path
from typing import Any, cast

import pikepdf
import pymupdf
import pytest

from shared.direction import CONTROLS
from shared.documents import typesetting
from shared.documents.model import KINDS
from tests.readers import corpus, wrapped
from tests.readers.comparing import draw, missing, plain
from tests.readers.drawn import misread_documents
from tests.readers.programs import READERS

SHARE = 120


@pytest.mark.parametrize("code", ["ar", "en"])
def test_strings_come_back_letter_for_letter_and_in_order(code: str, tmp_path: Path) -> None:
    seed = random.randrange(10**6)  # noqa: S311 - which strings are asked is no secret
    print(f"seed {seed}")
    strings = corpus.arabic() if code == "ar" else corpus.english()
    chosen = random.Random(seed).sample(strings, SHARE)  # noqa: S311
    if code == "ar":
        chosen = list(dict.fromkeys([*corpus.HARD_NAMES, *chosen]))
    path = tmp_path / "strings.pdf"
    path.write_bytes(draw(chosen, code))
    misread = {name: list(missing(map(plain, chosen), read(path))) for name, read in READERS.items()}
    # Poppler guesses columns on a page crowded with unrelated lines; what it set apart there is asked by itself.
    misread["Poppler"] = [one for one in misread["Poppler"] if not _alone(one, code, tmp_path)]
    assert misread == {name: [] for name in READERS}


def _alone(text: str, code: str, folder: Path) -> bool:
    path = folder / "alone.pdf"
    path.write_bytes(draw([text], code))
    return not list(missing([text], READERS["Poppler"](path)))


def test_every_paper_comes_back_value_by_value(tmp_path: Path) -> None:
    read = list(misread_documents(tmp_path))
    assert [(kind, misses) for kind, _, misses in read if misses] == []
    assert [kind for kind, _, _ in read] == list(KINDS) and min(count for _, count, _ in read) > 30


def test_values_that_wrap_in_their_cells_come_back(tmp_path: Path) -> None:
    """A label that touched its value was read as part of the value's first line; a row came out in the wrong order."""
    seed = random.randrange(10**6)  # noqa: S311
    print(f"seed {seed}")
    given = wrapped.values(random.Random(seed), 48)  # noqa: S311
    path = tmp_path / "wrapped.pdf"
    path.write_bytes(wrapped.draw(given))
    assert {name: list(missing(given, read(path))) for name, read in READERS.items()} == {name: [] for name in READERS}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("شارع A/12", "rtl"), ("A/12 شارع بغداد", "rtl"), ("GmbH شركة النور للتجارة", "rtl"), ("12", "ltr"),
        ("Amal Zain-Eddin (آمال)", "ltr"), ("السعودية 12 Zain-Eddin A/12", "rtl"), ("Amal آمال", "ltr"), ("", "ltr"),
    ],
)  # fmt: skip
def test_a_value_runs_as_its_first_letter_does_or_as_arabic_where_most_of_it_is(text: str, found: str) -> None:
    assert typesetting.direction(text) == found


def test_a_letter_that_stands_higher_is_written_on_its_line(tmp_path: Path) -> None:
    """Poppler made a line of its own of the first letter of شخص where a page had few lines."""
    path = tmp_path / "raised.pdf"
    path.write_bytes(draw(["شخص آخر"], "ar"))
    with pikepdf.open(path) as pdf:
        operators = [str(one.operator) for one in pikepdf.parse_content_stream(pdf.pages[0])]
        assert operators.count("Tr") == 2
    document: Any = cast(Any, pymupdf).open(path)
    with document:
        blocks = document[0].get_text("rawdict")["blocks"]
    letters = [(one["c"], round(one["origin"][1], 3)) for block in blocks for line in block["lines"]
               for span in line["spans"] for one in span["chars"] if one["c"].isalpha()]  # fmt: skip
    assert sorted(letter for letter, _ in letters) == sorted("شخصآخر")
    assert len({base for _, base in letters}) == 1


def test_the_comparison_notices_a_letter_too_many_and_words_turned_round() -> None:
    assert list(missing(["عبد الكريم"], "عبد اللكريم")) == ["عبد الكريم"]
    assert list(missing(["آمال زين الدين"], "الدين زين آمال")) == ["آمال زين الدين"]
    assert list(missing(["لا"], "\ufefb")) == ["لا"]
    assert list(missing(["لا إله"], "\u202bلا \u200fإله\u202c")) == []


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("شارع ٣٠ بناء ١٢", "شارع 30 بناء 12"),
        ("رقم ٢٠٢٦/١٢ بتاريخ ٠٥-١١-٢٠٢٦", "رقم 2026/12 بتاريخ 05-11-2026"),
        ("الهاتف ۰۱۲۳۴۵۶۷۸۹", "الهاتف 0123456789"),
        ("مساحة ١٢٫٥ م", "مساحة 12.5 م"),
        ("مبلغ ١٬٢٥٠٫٧٥ ليرة", "مبلغ 1,250.75 ليرة"),
        ("حصة ٥٠٪ من العقار", "حصة 50% من العقار"),
        ("50٪ حصة", "50% حصة"),
    ],
)
def test_figures_of_any_set_are_printed_and_read_as_they_were_meant(typed: str, printed: str, tmp_path: Path) -> None:
    """MuPDF turned Arabic-Indic figures round: street 30 became 03; Poppler and PDFium a decimal: 12.5 became 5.12."""
    path = tmp_path / "figures.pdf"
    path.write_bytes(draw([typed], "ar"))
    for name, read in READERS.items():
        text = CONTROLS.sub("", read(path))
        assert re.findall("[0-9.,%]+", text) == re.findall("[0-9.,%]+", printed), name
        assert not re.search("[\u0660-\u0669\u06f0-\u06f9\u066a-\u066c]", text), name
