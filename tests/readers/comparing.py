"""Draws strings as a paper would and asks each reader for them, letter for letter and in their order.

Before both sides are compared, Unicode is composed (NFC; presentation forms stay what they are, so one that came out
would count as a failure), figures are 0-9 with the signs of that set, as papers print them, marks of direction are left
out, and every stretch of white space is one space. PDFium, which reads a row of the page as a whole, breaks the line at
a reference inside an Arabic sentence; so does a wrapped line in any reader: a space before a comma, a full stop, a
colon or a closing bracket, and one after an opening bracket, is left out on both sides. A line that was broken after a
hyphen or a slash is joined; PDFium shows such a hyphen as U+FFFE, and sets such a sign apart from a Latin word.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import html5lib
from markupsafe import Markup

from shared.direction import CONTROLS
from shared.documents import drawing
from shared.values.digits import ascii_figures
from tests.readers.programs import READERS

PER_FILE = 150
BESIDE_SIGN = re.compile(r" (?=[،,.:;؛!؟)»])|(?<=[(«]) ")


def normalised(text: str) -> str:
    composed = unicodedata.normalize("NFC", CONTROLS.sub("", ascii_figures(text)))
    return BESIDE_SIGN.sub("", re.sub(r" (?=[-/])|(?<=[-/]) ", "", " ".join(composed.replace("\ufffe", "-").split())))


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
    """Those that the text does not hold in one piece."""
    read = normalised(text)
    yield from (one for one in map(normalised, strings) if one not in read)
