"""Draws strings as a paper would and asks each reader for them, letter for letter and in their order.

Before both sides are compared, Unicode is composed (NFC; presentation forms stay what they are, so one that came out
would count as a failure), marks of direction are left out, and every stretch of white space is one space. PDFium, which
reads a row of the page as a whole, breaks the line at a reference inside an Arabic sentence; so does a wrapped line in
any reader: a space before a comma, a full stop, a colon or a closing bracket is left out on both sides.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import html5lib
from markupsafe import Markup

from shared.documents import drawing
from shared.i18n import CONTROLS
from tests.readers.programs import READERS

PER_FILE = 150
BEFORE_SIGN = re.compile(r" (?=[،,.:;؛!؟)»])")


def normalised(text: str) -> str:
    composed = unicodedata.normalize("NFC", CONTROLS.sub("", text))
    return BEFORE_SIGN.sub("", " ".join(composed.split()))


def plain(markup: str) -> str:
    """A string without its elements."""
    return "".join(html5lib.parseFragment(Markup.escape(markup)).itertext())


def draw(strings: Iterable[str], code: str) -> bytes:
    """A paper of paragraphs, each string one."""
    direction = "rtl" if code == "ar" else "ltr"
    body = "".join(f"<p>{Markup.escape(one)}</p>" for one in strings)
    return drawing.render(f'<html lang="{code}" dir="{direction}"><title>{code}</title><body>{body}</body>')


def misread(strings: Sequence[str], code: str, folder: Path) -> Iterator[tuple[str, str]]:
    """Reader and string, for each that did not come back where it stands."""
    for start in range(0, len(strings), PER_FILE):
        part = strings[start : start + PER_FILE]
        path = folder / f"{code}-{start}.pdf"
        path.write_bytes(draw(part, code))
        for name, read in READERS.items():
            yield from ((name, one) for one in missing(map(plain, part), read(path)))


def missing(strings: Iterable[str], text: str) -> Iterator[str]:
    """Those that do not follow one another in the text; after a gap the next one found goes on."""
    read, place = normalised(text), 0
    for one in map(normalised, strings):
        if read.startswith(one, place):
            place += len(one) + 1
        elif (found := read.find(one, place)) >= 0 and not read[place:found].strip():
            place = found + len(one) + 1
        else:
            yield one
            nearby = read.find(one[-12:], place, place + len(one) + 60)
            place = nearby + len(one[-12:]) + 1 if nearby >= 0 else place + len(one) + 1
