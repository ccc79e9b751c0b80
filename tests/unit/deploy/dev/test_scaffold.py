"""A new transaction of a known shape: every file and line is written, or nothing at all."""

import csv
import json
import runpy
import shutil
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from deploy.dev.checks.texts.translations import TO_TRANSLATE
from deploy.dev.scaffold.__main__ import arguments, main
from deploy.dev.scaffold.shapes import SHAPES
from deploy.dev.scaffold.write import SEARCH_WORDS, SLUG, Wanted, letters_of, lines, new_files, unsaid, write
from shared.documents.model import KINDS
from shared.fragments import LANGUAGES, read_fragments
from shared.i18n import language

ROOT = Path(__file__).parents[4]
TARIFFS = "services/consular/data/money/tariffs.csv"
STANDINGS = "services/consular/data/transactions/standings.csv"
VALIDITY = "shared/documents/data/validity.csv"
# No entry can have it: it says itself that nobody pays it.
FEE_WITHOUT_A_TEXT = "fee_of_no_entry"


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
def test_everything_is_written_and_four_files_are_left_to_a_person(shape: str, months: int, root: Path) -> None:
    one = wanted(shape, months)
    assert write(root, one) == [
        "shared/catalogue/sample_letter.py",
        "shared/translations/ar/sample_letter.po",
        "shared/translations/en/sample_letter.po",
        "services/gateway/pages/services/synonyms.csv",
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
    with (root / TARIFFS).open(newline="") as file:
        assert list(csv.reader(file))[-1][9:] == ["Law 13/2021, article 4", "M", "founding"]
    assert "    sample_letter,\n" in (root / "shared/catalogue/__init__.py").read_text()


@pytest.mark.parametrize("source", ["Law 13/2021", "Circular 7; Law 19/2023", 'Law 13/2021; Notice "A" of $5; '])
def test_each_part_of_the_source_is_a_law_of_the_entry(source: str, root: Path) -> None:
    write(root, replace(wanted("mission-document"), source=source))
    (entry,) = runpy.run_path(str(root / "shared/catalogue/sample_letter.py"))["TRANSACTIONS"]
    assert list(entry.law) == [part.strip() for part in source.split(";") if part.strip()]


def test_search_words_wait_for_a_person(root: Path) -> None:
    write(root, wanted("mission-document"))
    with (root / SEARCH_WORDS).open(newline="") as file:
        assert list(csv.DictReader(file))[-1] == {"slug": "sample-letter", "ar": TO_TRANSLATE, "en": TO_TRANSLATE}


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


def test_what_a_command_says_besides_is_written(root: Path) -> None:
    told = replace(
        wanted("mission-document", 0), days=30, since=date(2026, 9, 1), fee=FEE_WITHOUT_A_TEXT, certainty="H"
    )
    write(root, told)
    last = {path: (root / path).read_text().splitlines()[-1] for path in (TARIFFS, STANDINGS, VALIDITY)}
    source = '"Law 13/2021, article 4"'
    assert last == {
        TARIFFS: f"sample-letter/{FEE_WITHOUT_A_TEXT}/all/2026-09-01,sample-letter,{FEE_WITHOUT_A_TEXT},"
        f"foreign_affairs,,10000,USD,2026-09-01,,{source},H,founding",
        STANDINGS: f"sample-letter/all/2026-09-01/active,sample-letter,active,,2026-09-01,{source},H,founding",
        VALIDITY: f"sample-letter,0,30,2026-09-01,{source},H",
    }
    assert (
        f'FeeLine("{FEE_WITHOUT_A_TEXT}", "foreign_affairs")'
        in (root / "shared/catalogue/sample_letter.py").read_text()
    )


@pytest.mark.parametrize(
    ("source", "fee", "keys"),
    [
        ("Law 19/2023", "document_from_syria", []),
        ("Circular 7; Law 19/2023", "document_from_syria", ["law.Circular 7"]),
        ('Notice "A" of $5', FEE_WITHOUT_A_TEXT, [f"fee.{FEE_WITHOUT_A_TEXT}", 'source.Notice "A" of $5']),
        ("Circular 7; A form", "document_from_syria", ["law.Circular 7", "source.A form"]),
        ("Lawyers as reported", "document_from_syria", ["source.Lawyers as reported"]),
        ("Law 13/2021; Movement statements as printed", "document_from_syria", []),
    ],
)
def test_a_source_and_a_fee_without_a_text_get_one_to_write(root: Path, source: str, fee: str, keys: list[str]) -> None:
    told = replace(wanted("mission-document"), source=source, fee=fee)
    write(root, told)
    compile((root / "shared/catalogue/sample_letter.py").read_text(), "entry", "exec")
    for code in LANGUAGES:
        assert unsaid(told, language(code)) == keys
        texts = read_fragments(written := root / "shared/translations" / code)
        assert [key for key in texts if key.startswith(("law.", "source.", "fee."))] == keys, written
        assert {texts[key] for key in (*keys, "document.sample-letter.answer.purpose")} == {(TO_TRANSLATE,)}


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("individual-extract", "is in the catalogue already"),
        ("letter", "two words or more"),
        ("Residence-letter", "two words or more"),
    ],
)
def test_a_name_that_cannot_be_taken_says_why(monkeypatch: pytest.MonkeyPatch, slug: str, said: str) -> None:
    monkeypatch.setattr(sys, "argv", ["scaffold", slug, "--shape", "mission-document", "--source", "Law 19/2023"])
    with pytest.raises(SystemExit, match=said):
        main()


@pytest.mark.parametrize(
    "wrong",
    [
        ["--days", "-1"], ["--days", "soon"], ["--months", "1.5"], ["--cents", "-100"], ["--from", "1 May"],
        ["--from", "2026-02-30"], ["--fee", "Travel Pass"], ["--certainty", "X"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_what_cannot_be_a_row_is_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        arguments().parse_args(["a-b", "--shape", "mission-document", "--source", "Law 1/2020", *wrong])
    assert f"argument {wrong[0]}: invalid" in capsys.readouterr().err


def test_the_next_steps_are_those_of_the_page(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = SHAPES["mission-document"].sample
    (root / sample).parent.mkdir(parents=True)
    shutil.copy(ROOT / sample, root / sample)
    monkeypatch.chdir(root)
    told = ["scaffold", "sample-letter", "--shape", "mission-document", "--source", "Law 19/2023", "--days", "30"]
    monkeypatch.setattr(sys, "argv", told)
    main()
    said = capsys.readouterr().out
    page = (ROOT / "docs/how-to/add-a-transaction.md").read_text()
    commands = page.partition("```sh\n")[2].partition("```")[0].splitlines()
    for command in commands:
        assert (
            command.replace("registration-proof", "sample-letter").replace("registration_proof", "sample_letter")
            in said
        )
    for step in ("make demo ARGS=sample-letter", "deploy/demo/scenarios/answers.py", TO_TRANSLATE):
        assert step in said
    assert "sample-letter,0,30," in (root / VALIDITY).read_text()
