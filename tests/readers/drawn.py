"""Each kind of paper as it is really drawn, and what its page says, value by value."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib

from shared.documents import drawing, typesetting
from shared.documents.model import KINDS, Document
from tests.factories.documents.snapshots import document
from tests.readers.comparing import normalised
from tests.readers.programs import READERS

# Elements whose text stands by itself. The watermark is turned, and what it says stands upright on the same page.
APART = {"td", "th", "p", "h1", "h2", "div", "br", "strong", "span", "li"}
LEFT_OUT = {"head", "style", "svg"}
RUNNING = "continuation"  # stands at the head of further sheets only, and repeats what stands on the first


def misread_documents(folder: Path, kinds: Iterable[str] = KINDS) -> Iterator[tuple[str, int, list[tuple[str, str]]]]:
    """Kind, how many values it has, and reader and value of each that did not come back."""
    for kind in kinds:
        yield kind, *misread_document(document(kind), folder)


def misread_document(one: Document, folder: Path) -> tuple[int, list[tuple[str, str]]]:
    """How many values a paper has, and reader and value of each that did not come back."""
    page = typesetting.html(one, KINDS[one.kind].service)
    path = folder / f"{one.kind}.pdf"
    path.write_bytes(drawing.render(page, one.code.encode()))
    expected = values(page)
    misses = [
        (name, value)
        for name, read in READERS.items()
        for text in [normalised(read(path))]
        for value in expected
        if value not in text
    ]
    return len(expected), misses


def values(page: str) -> list[str]:
    """Every text of the page that stands by itself, once."""
    pieces: list[str] = [""]
    _collect(html5lib.parse(page, namespaceHTMLElements=False), pieces)
    return list(dict.fromkeys(value for piece in pieces if (value := normalised(piece))))


def _collect(element: Element, pieces: list[str]) -> None:
    tag = str(element.tag).rpartition("}")[2]
    shown = "specimen" not in element.get("class", "").split() and element.get("id") != RUNNING
    if tag not in LEFT_OUT and shown:
        if tag in APART:
            pieces.append("")
        pieces[-1] += element.text or ""
        for child in element:
            _collect(child, pieces)
        if tag in APART:
            pieces.append("")
    pieces[-1] += element.tail or ""
