"""Lists that go on on another sheet have title and column heads there too; no signature stands alone."""

import re
from pathlib import Path
from typing import Any, cast

import pymupdf
import pytest

from shared.documents import drawing
from shared.i18n import language
from tests.factories.documents.pdf import render
from tests.factories.documents.printed import pages_of
from tests.factories.documents.snapshots import SAMPLES, document

pytestmark = pytest.mark.skipif(not drawing.is_available(), reason="draws PDFs")
EN, AR = language("en"), language("ar")
# By kind: which list of the snapshot, its title, and one of its column heads.
LISTS = {
    "individual-extract": ("annotations", "extract.annotations", "extract.event_on"),
    "birth-statement": ("annotations", "extract.annotations", "extract.event_on"),
    "family-extract": ("others", "family.members", "family.relation"),
    "criminal-record": ("entries", "record.convictions", "record.offence"),
    "movement-statement": ("entries", "movement.crossings", "movement.point"),
    "residence-deferral": ("working", "deferral.working", "discharge.step"),
    "cash-allowance-discharge": ("working", "discharge.working", "discharge.step"),
    "death-statement": ("annotations", "extract.annotations", "extract.event_on"),
    "marriage-statement": ("annotations", "extract.annotations", "extract.event_on"),
    "divorce-statement": ("annotations", "extract.annotations", "extract.event_on"),
}
NOTE: dict[str, Any] = {"kind": "other", "on": "2015-06-03", "number": "482", "text": {"ar": "ملاحظة", "en": "A note"}}


def of_length(kind: str, count: int) -> list[str]:
    """The pages of a document with so many rows in its list."""
    name = LISTS[kind][0]
    row = NOTE if name == "annotations" else SAMPLES[kind][name][-1]
    changed: dict[str, Any] = {name: [row] * count}
    if kind == "movement-statement":
        changed["gaps"] = []
    if kind == "family-extract":
        changed |= {"head": None, "blocks": []}
    return pages_of(render(document(kind, **changed)))


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_repeats_its_title_with_its_heads_on_every_sheet_it_goes_on(kind: str) -> None:
    _, title, head = LISTS[kind]
    pages = of_length(kind, 30)
    with_heads = [page for page in pages if EN.text(head) in page]
    assert len(with_heads) > 1
    for page in with_heads:
        assert EN.text(title) in page and AR.text(title) in page


# What may stand above the signature on the last sheet: a list goes on there, or a table of facts begins.
BESIDE = {
    "individual-extract": ("extract.annotations",),
    "birth-statement": ("extract.annotations", "statement.mother"),
    "death-statement": ("extract.annotations", "statement.death"),
    "marriage-statement": ("extract.annotations", "statement.marriage"),
    "divorce-statement": ("extract.annotations", "statement.divorce"),
    "criminal-record": ("record.convictions", "outcome.source"),
}


def is_accompanied(kind: str, sheet: str) -> bool:
    return any(EN.text(heading) in sheet and AR.text(heading) in sheet for heading in BESIDE[kind])


@pytest.mark.parametrize("kind", BESIDE)
@pytest.mark.parametrize("count", [2, 4, 6])
def test_no_signature_stands_alone_however_long_the_list_is(kind: str, count: int) -> None:
    last = of_length(kind, count)[-1]
    signs = "letter.signer" if kind == "criminal-record" else "extract.registrar"
    assert EN.text(signs) in last and is_accompanied(kind, last)


def test_a_divorce_statement_over_two_sheets_ends_with_facts_above_the_signature() -> None:
    (one,) = SAMPLES["divorce-statement"]["divorces"]
    pages = pages_of(render(document("divorce-statement", divorces=[one, one], annotations=[])))
    assert len(pages) == 2 and EN.text("extract.registrar") not in pages[0]
    assert is_accompanied("divorce-statement", pages[1]) and EN.text("extract.registrar") in pages[1]


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize(("kind", "events"), [("divorce-statement", "divorces"), ("marriage-statement", "marriages")])
def test_each_of_several_events_stands_whole_below_its_label(kind: str, events: str, count: int) -> None:
    """The label, both people and the event are on one sheet, so that no sheet begins with an event of no number."""
    pages = pages_of(render(document(kind, **{events: SAMPLES[kind][events][:1] * count})))
    label = re.compile(rf"(?<!Page )\b(\d) of {count}\b")
    assert len(pages) > 1
    assert [place for page in pages for place in label.findall(page)] == [str(one + 1) for one in range(count)]
    for page in pages:
        whole = len(label.findall(page))
        assert page.count(EN.text("statement.registered")) == whole, page
        assert page.count(EN.text("print.full_name")) == 2 * whole, page


LONG = {
    "ar": "عبد الرحمن محمد نور الدين عبد الكريم المصطفى آل عبد القادر الجزائري الحسيني الهاشمي",
    "en": "Abdulrahman Mohammad Nouraddin Abdulkarim Almustafa Al-Abdulqader Aljazairi Alhusseini",
}
UNBROKEN = {"ar": "عبدالرحمنمحمدأحمد" * 12, "en": "W" * 200}


@pytest.mark.parametrize("holder", [SAMPLES["individual-extract"]["holder"], LONG, UNBROKEN])
def test_the_head_of_further_sheets_says_what_they_belong_to_and_covers_nothing(
    holder: dict[str, str], tmp_path: Path
) -> None:
    content = render(document("individual-extract", holder=holder, annotations=[NOTE] * 40))
    first, *others = pages_of(content)
    assert EN.text("print.sheet") + " 1" not in first and len(others) > 1
    for place, sheet in enumerate(others, 2):
        number, title = "RUH-IE-2026-000123", "document.individual-extract.title"
        for piece in (number, EN.text(title), AR.text(title), f"Page {place} of {len(others) + 1}"):
            assert piece in sheet
        assert f"الصفحة {place} من {len(others) + 1}" in sheet
        assert holder["en"][:20] in sheet
    (line, heading) = head_and_heading(content, tmp_path)
    assert line < heading


def head_and_heading(content: bytes, folder: Path) -> tuple[float, float]:
    """On the second sheet: where the running head ends, and where the first heading below it begins, in points."""
    path = folder / "sheet.pdf"
    path.write_bytes(content)
    with cast(Any, pymupdf).open(path) as pdf:
        page = pdf[1]
        rule = max(one["rect"].y1 for one in page.get_drawings() if is_green(one["fill"]) and one["rect"].y0 < 200)
        return rule, page.search_for(EN.text("extract.annotations"))[0].y0


def is_green(fill: tuple[float, ...] | None) -> bool:
    """The colour of the line below the running head."""
    return fill is not None and [round(255 * part) for part in fill] == [0x25, 0x54, 0x3A]


USUAL: dict[str, Any] = NOTE | {
    "kind": "divorce",
    "number": "1991/1",
    "text": {
        "ar": "طلّق بسمة فاروق عفش بموجب واقعة الطلاق رقم 1991/1",
        "en": "Divorced from Basma Farouq Afash, divorce no. 1991/1",
    },
}


@pytest.mark.parametrize(
    ("kind", "count"),
    [("individual-extract", 3), ("death-statement", 2), ("marriage-statement", 3), ("divorce-statement", 3)],
)
def test_a_usual_life_fits_on_one_sheet(kind: str, count: int) -> None:
    """A column too narrow for what is usually noted broke each line in two: the signature went to a second sheet."""
    assert len(pages_of(render(document(kind, annotations=[USUAL] * count)))) == 1
