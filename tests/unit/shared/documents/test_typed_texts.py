"""Texts that programs stumble over, in documents: all are drawn, none is markup, and readers give back what was typed.

What is stored has no invisible signs and ordinary width (`strip_controls`). Beyond that, what is compared is composed
(NFKC: a presentation form comes back as its letters) and has no white space, as a column breaks a word anywhere. A
text with a sign that no font of the documents has is drawn by whatever font the machine has, and is not compared.
"""

import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from pathlib import Path

import html5lib
import pytest
from fontTools.ttLib import TTFont

from shared.documents import drawing, typesetting
from shared.documents.fonts import document_fonts
from shared.documents.model import KINDS
from shared.settings import fonts_folder
from shared.values.person import strip_controls
from tests.factories.documents.text_fields import PROBE, filled, text_fields
from tests.factories.texts.naughty import EVERY
from tests.readers.comparing import draw, normalised
from tests.readers.programs import READERS

LONGEST = 200
TEXTS = tuple(dict.fromkeys(clean for text in EVERY if (clean := strip_controls(text)) and len(clean) <= LONGEST))
PER_FILE = 100
# A trait of pdf.js: it turns round a percent sign before a figure and one sign of letters.
STRAYS = {"pdf.js": lambda text: text in ("\ufdfa", "\u066a\u0665")}


def squeezed(text: str) -> str:
    return re.sub(r"[\s\ufffe-]+", "", unicodedata.normalize("NFKC", normalised(text)))


def lost(texts: Sequence[str], read: str) -> list[str]:
    whole = squeezed(read)
    return [text for text in texts if squeezed(text) not in whole]


def repertoire() -> set[str]:
    """The signs that fonts of documents have."""
    fonts = (TTFont(io.BytesIO(content)) for content in document_fonts(fonts_folder()).values())
    return {chr(number) for font in fonts for number in font.getBestCmap()}


def misread(texts: Sequence[str], code: str, path: Path) -> Iterator[tuple[str, str]]:
    """Reader and text; what a crowded page set apart is asked by itself."""
    path.write_bytes(draw([typesetting.isolate(text) for text in texts], code))
    for name, text in [(name, text) for name, read in READERS.items() for text in lost(texts, read(path))]:
        path.write_bytes(draw([typesetting.isolate(text)], code))
        if lost([text], READERS[name](path)):
            yield name, text


@pytest.mark.timeout(240)
@pytest.mark.parametrize("code", ["ar", "en"])
def test_readers_give_back_what_was_typed(code: str, tmp_path: Path) -> None:
    signs = repertoire()
    printable = [text for text in TEXTS if all(sign in signs or sign.isspace() for sign in text)]
    assert len(printable) > 270
    wrong = [
        (name, text)
        for at in range(0, len(printable), PER_FILE)
        for name, text in misread(printable[at : at + PER_FILE], code, tmp_path / "texts.pdf")
        if not (name in STRAYS and STRAYS[name](text))
    ]
    assert wrong == []


def elements(page: str) -> Counter[str]:
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return Counter(str(one.tag) for one in tree.iter())


def escapes(kind: str, texts: Sequence[str]) -> str:
    """The page of a document whose text fields hold these texts; each stands on it as a text."""
    places = text_fields(kind)
    given = dict(zip(places, cycle(texts), strict=False))
    page = typesetting.html(filled(kind, given), KINDS[kind].service)
    usual = typesetting.html(filled(kind, dict.fromkeys(places, PROBE)), KINDS[kind].service)
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    assert lost(list(given.values()), " ".join(tree.itertext())) == []
    # Which words a template chooses may depend on what stands there; what runs or leads on may not.
    more = elements(page) - elements(usual)
    assert not more.keys() & {"script", "img", "iframe", "style", "u", "i", "b", "math", "svg", "a"}, more
    return page


@pytest.mark.timeout(240)
def test_every_text_field_of_every_document_takes_every_text() -> None:
    """One text after the other, over the fields of all kinds; all of them are drawn."""
    endless, drawn = cycle(TEXTS), 0
    for kind in KINDS:
        fields = text_fields(kind)
        assert fields, kind
        page = escapes(kind, list(islice(endless, len(fields))))
        assert drawing.render(page, kind.encode()).startswith(b"%PDF")
        drawn += len(fields)
    assert drawn > len(TEXTS)


@pytest.mark.parametrize("text", ["\u0670", "\u0653", "\u064b\u0651", "\u0301", "\U0001f468", "\u17b4"])
@pytest.mark.parametrize("before", ["", "\u0627 ", "a "])
def test_a_mark_without_a_letter_is_drawn(text: str, before: str) -> None:
    assert draw([before + text], "ar").startswith(b"%PDF")


def test_a_planted_page_that_escapes_nothing_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = typesetting._environment(KINDS["individual-extract"].service)
    monkeypatch.setattr(environment, "autoescape", False)
    monkeypatch.setattr(environment, "cache", {})
    monkeypatch.setattr(typesetting, "isolate", lambda value, *_: value)
    monkeypatch.setitem(environment.filters, "isolate", lambda value, *_: value)
    with pytest.raises(AssertionError):
        escapes("individual-extract", ["<img src=x onerror=alert(1)>"])
