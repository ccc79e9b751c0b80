"""What a screen reader is told: every kind of paper by the rules of PDF/UA that a program can judge."""

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pdfua import validate

from shared.direction import CONTROLS
from shared.documents import drawing, typesetting
from shared.documents.model import KINDS
from shared.i18n import language
from tests.factories.documents.snapshots import document

ROLES = {"Document", "Sect", "Div", "NonStruct", "P", "Span", "H1", "H2", "H3", "Table", "THead", "TBody", "TFoot",
         "TR", "TH", "TD", "Figure", "L", "LI", "LBody", "Lbl"}  # fmt: skip

OPERATORS = "BDC BMC EMC Tj TJ f f* S B Do sh"


def draw(kind: str) -> bytes:
    one = document(kind)
    return drawing.render(typesetting.html(one, KINDS[kind].service), one.code.encode())


def elements(node: Any) -> Iterator[Any]:
    """All below, in the order in which they are read."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def role(element: Any) -> str:
    return str(element["/S"]).removeprefix("/")


def contents(element: Any) -> list[int]:
    kids = element.get("/K", [])
    return [int(kid) for kid in (kids if isinstance(kids, pikepdf.Array) else [kids]) if not hasattr(kid, "keys")]


def marked(page: Any) -> tuple[set[int], list[str]]:
    """The numbers of the marked content of a page, and the operators that show something outside of any."""
    numbers, stray, depth = set(), [], 0
    for step in pikepdf.parse_content_stream(page, OPERATORS):
        operands, operator = step.operands, step.operator
        if str(operator) in ("BDC", "BMC"):
            assert depth == 0, "marked content inside marked content"
            depth += 1
            if str(operator) == "BDC" and "/MCID" in operands[1]:
                numbers.add(int(operands[1]["/MCID"]))
        elif str(operator) == "EMC":
            depth -= 1
        elif depth == 0:
            stray.append(str(operator))
    return numbers, stray


@pytest.mark.parametrize("kind", KINDS)
def test_the_structure_of_every_paper(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "paper.pdf"
    path.write_bytes(draw(kind))
    report = validate(str(path))
    assert [(one.rule_id, one.message) for one in report.findings] == []
    with pikepdf.open(path) as opened:
        assert opened.open_metadata()["pdfuaid:part"] == "1"
        assert str(opened.Root.Lang) == "ar" and str(opened.docinfo.Title)
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
        tree = list(elements(opened.Root.StructTreeRoot))
        assert {role(one) for one in tree} <= ROLES
        _check_headings([role(one) for one in tree])
        _check_tables(tree)
        _check_contents(opened, tree)
        described = [str(one["/Alt"]) for one in tree if role(one) == "Figure"]
        square = CONTROLS.sub("", language("ar").text("print.square", code=document(kind).code))
        assert described == [language("ar").text("print.emblem"), square]
        assert "en" in {str(one["/Lang"]) for one in tree if "/Lang" in one}


def _check_headings(roles: list[str]) -> None:
    headings = [int(one[1]) for one in roles if one in ("H1", "H2", "H3")]
    assert headings[:1] == [1] and headings.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(headings))


def _check_tables(tree: list[Any]) -> None:
    for table in (one for one in tree if role(one) == "Table"):
        heads = [one for one in elements(table) if role(one) == "TH"]
        assert heads and {str(one["/A"]["/Scope"]) for one in heads} <= {"/Row", "/Column"}


def _check_contents(opened: pikepdf.Pdf, tree: list[Any]) -> None:
    """All that is shown is either read, once, or an artifact."""
    read: dict[Any, list[int]] = {}
    for one in tree:
        if numbers := contents(one):
            read.setdefault(one["/Pg"].objgen, []).extend(numbers)
    for page in opened.pages:
        shown, stray = marked(page)
        assert sorted(read.get(page.objgen, [])) == sorted(shown)
        assert stray == []


def test_what_runs_on_every_page_is_read_once() -> None:
    with pikepdf.open(io.BytesIO(draw("family-extract"))) as opened:
        assert len(opened.pages) == 2
        tree = list(elements(opened.Root.StructTreeRoot))
        assert (
            len([one for one in tree if role(one) == "Figure" and document("family-extract").code in str(one.Alt)]) == 1
        )
        assert b"/Artifact" in opened.pages[1].Contents.read_bytes()
