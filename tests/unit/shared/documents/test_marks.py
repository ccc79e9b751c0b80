"""What every page of every document says about who issued it: a specimen, nobody's, or an authority's unmarked."""

import re
import subprocess
from pathlib import Path

import pytest

from shared.direction import CONTROLS
from shared.documents import drawing, typesetting
from shared.documents.model import KINDS
from tests.factories.documents.snapshots import document

UNOFFICIAL = ("وثيقة غير رسمية لم تُصدرها أي سلطة", "Unofficial, issued by no authority")
MARKS = re.compile("[\u064b-\u0652\u0670]")
SEVERAL_PAGES = "family-extract"


def pages(kind: str, printing: dict[str, object], folder: Path) -> list[str]:
    """The text of each page, as a reader of the PDF copies it."""
    issued = document(kind)
    issued.data = {**issued.data, "print": {**issued.data["print"], **printing}}
    file = folder / "document.pdf"
    file.write_bytes(drawing.render(typesetting.html(issued, KINDS[kind].service), issued.code.encode()))
    text = subprocess.run(["pdftotext", file, "-"], check=True, capture_output=True, text=True).stdout
    return [plain(page) for page in text.split("\f")[:-1]]


def plain(text: str) -> str:
    return " ".join(MARKS.sub("", CONTROLS.sub("", text)).split())


@pytest.mark.parametrize("kind", KINDS)
def test_without_an_authority_every_page_says_so_in_both_languages(kind: str, tmp_path: Path) -> None:
    for page in pages(kind, {"specimen": False, "authority": None}, tmp_path):
        assert all(plain(words) in page for words in UNOFFICIAL)


def test_a_document_of_several_pages_says_so_on_the_last_one_too(tmp_path: Path) -> None:
    found = pages(SEVERAL_PAGES, {"specimen": False, "authority": None}, tmp_path)
    assert len(found) > 1 and all(UNOFFICIAL[1] in page for page in found)


@pytest.mark.parametrize("kind", [SEVERAL_PAGES, "receipt", "passport-page"])
def test_the_document_of_an_authority_bears_no_mark(kind: str, tmp_path: Path) -> None:
    text = " ".join(pages(kind, {"specimen": False, "authority": "Consulate of Testland"}, tmp_path))
    assert not any(plain(words) in text for words in (*UNOFFICIAL, "Specimen for trial", "SPECIMEN"))


def test_a_snapshot_from_before_authorities_is_unofficial(tmp_path: Path) -> None:
    issued = document("receipt")
    assert "authority" not in issued.data["print"]
    assert UNOFFICIAL[1] in " ".join(pages("receipt", {"specimen": False}, tmp_path))
