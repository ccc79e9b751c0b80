"""A new transaction of a known shape: every file and line is written, or nothing at all."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.dev.checks.translations import TO_TRANSLATE
from deploy.dev.scaffold.shapes import SHAPES
from deploy.dev.scaffold.write import SLUG, Wanted, letters_of, lines, new_files, write
from shared.documents.model import KINDS

ROOT = Path(__file__).parents[4]


def wanted(shape: str, months: int = 3) -> Wanted:
    return Wanted("sample-letter", SHAPES[shape], SHAPES[shape].group, "Law 13/2021, article 4", 10_000, months)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The files that every transaction is listed in."""
    for shape in SHAPES:
        for one in (wanted(shape), wanted(shape, months=0)):
            for path in (*(path for path, _, _ in lines(one)), *(path for path, _ in new_files(one))):
                (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / path).exists():
                    shutil.copy(ROOT / path, tmp_path / path)
    return tmp_path


@pytest.mark.parametrize("months", [0, 3])
@pytest.mark.parametrize("shape", SHAPES)
def test_everything_is_written_and_three_files_are_left_to_a_person(shape: str, months: int, root: Path) -> None:
    one = wanted(shape, months)
    assert write(root, one) == [
        "shared/catalogue/sample_letter.py",
        "shared/translations/ar/sample_letter.po",
        "shared/translations/en/sample_letter.po",
    ]
    for path, _ in new_files(one):
        text = (root / path).read_text()
        assert "$" not in text
        assert (TO_TRANSLATE in text) == path.endswith(".po")
        if path.endswith(".json"):
            assert json.loads(text)["zone"]
        if path.endswith(".py"):
            compile(text, path, "exec")
    for path, _, line in lines(one):
        assert line in (root / path).read_text()
        assert len((root / path).read_text().splitlines()) > len((ROOT / path).read_text().splitlines())
    with (root / "services/consular/data/tariffs.csv").open(newline="") as file:
        assert list(csv.reader(file))[-1][9:] == ["Law 13/2021, article 4", "M", "founding"]
    assert "    sample_letter,\n" in (root / "shared/catalogue/__init__.py").read_text()


def test_one_is_written_after_another(root: Path) -> None:
    write(root, wanted("mission-document"))
    write(root, replace(wanted("register-extract"), slug="sample-proof"))
    text = (root / "shared/catalogue/__init__.py").read_text()
    compile(text, "catalogue", "exec")
    for module in ("sample_letter", "sample_proof"):
        assert text.count(f"    {module},\n") == text.count(f"    *{module}.TRANSACTIONS,\n") == 1


def test_nothing_is_written_over(root: Path) -> None:
    write(root, wanted("mission-document"))
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    with pytest.raises(FileExistsError):
        write(root, wanted("mission-document"))
    assert before == {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize("slug", ["residence-letter", "cash-allowance-discharge", "criminal-record", "visit-approval"])
def test_the_letters_of_a_number_are_nobody_elses(slug: str) -> None:
    letters = letters_of(slug)
    assert len(letters) == 2 and letters not in {kind.letters for kind in KINDS.values()}


@pytest.mark.parametrize(("slug", "fits"), [("a-b", True), ("Letter-x", False), ("letter", False), ("a_b-c", False)])
def test_a_name_has_two_words(slug: str, fits: bool) -> None:
    assert bool(SLUG.fullmatch(slug)) is fits
