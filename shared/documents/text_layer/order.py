"""In which order the pieces of a printed line are written, so that readers of the PDF give its letters back."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

STRONG_RIGHT = ("R", "AL")
STRONG_LEFT = ("L", "EN", "AN")
WEAK_LEFT = ("EN", "AN", "ES", "ET", "CS", "NSM", "BN")
KEPT_TOGETHER = ("word", "run", "space")


@dataclass
class Glyph:
    """A glyph where it stands on the line, in CSS pixels; `text` is its meaning, None where it is drawn as a shape."""

    font: Any
    size: float
    number: int
    left: float
    rise: float
    width: float
    text: str | None = None
    marks: str = ""

    @property
    def right(self) -> float:
        return self.left + self.width


@dataclass
class Cluster:
    """Letters shaped together: their text, the direction they run in, their place in the string, their glyphs."""

    text: str
    rightwards: bool
    offset: int
    end: float = 0.0
    glyphs: list[Glyph] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return _kind_of(self.text) if self.rightwards else "run"


@lru_cache(maxsize=4096)
def _kind_of(text: str) -> str:
    """What a cluster is that runs to the left."""
    if any(unicodedata.bidirectional(letter) in (*STRONG_RIGHT, "NSM") for letter in text):
        return "word"
    if text.isspace():
        return "space"
    return "bracket" if any(unicodedata.mirrored(letter) for letter in text) else "sign"


@dataclass
class Token:
    """What is written as one piece: Arabic words in a row, a run from left to right, a space, a bracket, another sign.

    The glyphs stand from left to right; `spaced` when a space went before.
    """

    kind: str
    text: str
    glyphs: list[Glyph]
    spaced: bool = False

    @property
    def left(self) -> float:
        return min(glyph.left for glyph in self.glyphs if glyph.text)

    @property
    def right(self) -> float:
        return max(glyph.right for glyph in self.glyphs if glyph.text)

    def goes_on_with(self, other: "Token") -> bool:
        """Whether both are of one font and no mark stands on this one's last letter."""
        final = next(glyph for glyph in self.glyphs if glyph.text)
        return final.font is other.glyphs[0].font and not final.marks


def tokens(clusters: Iterable[Cluster]) -> list[Token]:
    """The pieces of a line in the order of speech."""
    pieces: list[Token] = []
    for (kind, _), group in groupby(_whole(clusters), key=lambda one: (one.kind, one.glyphs[0].font.hash)):
        members = list(group)
        for several in [members] if kind in KEPT_TOGETHER else [[one] for one in members]:
            visual = reversed(several) if several[0].rightwards else several
            glyphs = [glyph for one in visual for glyph in one.glyphs]
            pieces.append(Token(kind, "".join(one.text for one in several), glyphs))
    return _phrases(pieces)


def _whole(clusters: Iterable[Cluster]) -> Iterator[Cluster]:
    """In the order of the string, each mark together with its letter, each glyph with its meaning."""
    whole: list[Cluster] = []
    for cluster in sorted(clusters, key=lambda one: one.offset):
        if whole and cluster.text and all(map(unicodedata.combining, cluster.text)):
            whole[-1].text += cluster.text
            whole[-1].glyphs = cluster.glyphs + whole[-1].glyphs
        else:
            whole.append(cluster)
    for cluster in whole:
        if cluster.glyphs:
            give_meanings(cluster)
            yield cluster


def _phrases(pieces: list[Token]) -> list[Token]:
    """Words in a row are one piece, parted by room and not by the glyph of a space.

    A word whose last letter has a vowel mark ends its piece: pdf.js gives a mark that comes first to what was before.
    """
    joined: list[Token] = []
    spaced = False
    for piece in pieces:
        if piece.kind == "space":
            spaced = True
            continue
        last = joined[-1] if joined else None
        if spaced and last and last.kind == piece.kind == "word" and last.goes_on_with(piece):
            last.text = f"{last.text} {piece.text}"
            last.glyphs = piece.glyphs + last.glyphs
        else:
            piece.spaced = spaced
            joined.append(piece)
        spaced = piece.text[-1:].isspace()
    return joined


def give_meanings(cluster: Cluster) -> None:
    """Says what each glyph stands for, as readers meet it from left to right.

    Readers turn the letters of an Arabic word round one by one, so those of one glyph are kept in the order of the
    paper too. Where letters and glyphs do not pair, the widest glyph stands for all and the others are shapes. A mark
    without a letter is its own meaning.
    """
    letters = cluster.text[::-1] if cluster.rightwards else cluster.text
    glyphs = cluster.glyphs
    if len(glyphs) == len(letters) == 1:
        glyphs[0].text = letters
        return
    marks = "".join(filter(unicodedata.combining, letters))
    bases = "".join(letter for letter in letters if not unicodedata.combining(letter))
    if len(glyphs) == len(letters) and not marks:
        for glyph, letter in zip(glyphs, letters, strict=True):
            glyph.text = letter
    else:
        carrier = max(glyphs, key=lambda glyph: glyph.width)
        carrier.text, carrier.marks = (bases, marks) if bases else (marks, "")


def is_right(text: str) -> bool:
    """Whether any letter of it runs from right to left."""
    return any(unicodedata.bidirectional(letter) in STRONG_RIGHT for letter in text)


def ends_left(text: str) -> bool:
    """Whether it ends with a letter or a figure, which Poppler leaves at the end of a line."""
    return unicodedata.bidirectional(text[-1]) in STRONG_LEFT


def segments(text: str) -> int:
    """How many pieces PDFium makes of it; several change places in a line that runs from right to left."""
    return sum(1 for _ in groupby(text, key=_segment))


def _segment(letter: str) -> str:
    kind = unicodedata.bidirectional(letter)
    return "left" if kind == "L" else "right" if kind in STRONG_RIGHT else "weak" if kind in WEAK_LEFT else "neutral"
