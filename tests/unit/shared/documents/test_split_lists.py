"""Lists that go on on another sheet have title and column heads there too; no signature stands alone."""

from typing import Any

import pytest

from shared.documents import drawing
from shared.i18n import language
from tests.factories.documents.pdf import render
from tests.factories.documents.printed import pages_of
from tests.factories.documents.snapshots import SAMPLES, document

pytestmark = pytest.mark.skipif(not drawing.is_available(), reason="draws PDFs")
EN, AR = language("en"), language("ar")
# By kind: which list of the snapshot, its title, one of its column heads, and the line of who signs.
LISTS = {
    "individual-extract": ("annotations", "extract.annotations", "extract.event_on", "extract.registrar"),
    "birth-statement": ("annotations", "extract.annotations", "extract.event_on", "extract.registrar"),
    "family-extract": ("others", "family.members", "family.relation", "extract.registrar"),
    "criminal-record": ("entries", "record.convictions", "record.offence", "letter.signer"),
    "movement-statement": ("entries", "movement.crossings", "movement.point", "letter.signer"),
    "residence-deferral": ("working", "deferral.working", "discharge.step", "discharge.officer"),
    "cash-allowance-discharge": ("working", "discharge.working", "discharge.step", "discharge.officer"),
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
    _, title, head, _ = LISTS[kind]
    pages = of_length(kind, 30)
    with_heads = [page for page in pages if EN.text(head) in page]
    assert len(with_heads) > 1
    for page in with_heads:
        assert EN.text(title) in page and AR.text(title) in page


@pytest.mark.parametrize("kind", ["individual-extract", "criminal-record"])
@pytest.mark.parametrize("count", [4, 8, 12])
def test_no_signature_stands_alone_however_long_the_list_is(kind: str, count: int) -> None:
    *_, signs = LISTS[kind]
    pages = of_length(kind, count)
    last = pages[-1]
    assert EN.text(signs) in last
    if len(pages) > 1:
        before, _, _ = last.partition(EN.text(signs))
        told = before.split(f"Page {len(pages)} of {len(pages)}")[-1]
        assert len(told.split()) > 12, told  # more than the running head alone
