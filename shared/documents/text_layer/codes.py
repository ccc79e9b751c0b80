"""The numbers by which a PDF names glyphs: one for each glyph and meaning, as a reader knows one meaning for each."""

from io import BytesIO
from typing import Any

NOTHING = 0x200B  # the letter whose glyph is empty and takes no room


def code(font: Any, number: int, text: str) -> int:
    """The number for a glyph that stands for this text: its own for its first meaning, further ones after the last."""
    known: dict[tuple[int, str], int] = _kept(font, "codes", dict)
    key = (number, text)
    if key not in known:
        known[key] = number if number not in font.to_unicode else font.glyph_count + len(_kept(font, "further", dict))
        if known[key] != number:
            font.further[known[key]] = number
        font.to_unicode[known[key]] = text
        font.widths[known[key]] = font.widths[number]
    return known[key]


def _kept(font: Any, name: str, make: Any) -> Any:
    if not hasattr(font, name):
        setattr(font, name, make())
    return getattr(font, name)


class Face:
    """A font file as it was before subsetting: its empty glyph, and shapes of its glyphs."""

    def __init__(self, content: bytes) -> None:
        from fontTools.ttLib import TTFont

        self.font = TTFont(BytesIO(content), lazy=True)
        self.names = self.font.getGlyphOrder()
        self.nothing = self.font.getGlyphID(self.font.getBestCmap()[NOTHING])
        self.glyphs = self.font.getGlyphSet()
        self.shapes: dict[int, list[tuple[str, tuple[tuple[float, float], ...]]]] = {}

    def shape(self, number: int) -> list[tuple[str, tuple[tuple[float, float], ...]]]:
        """The outline, as moves, lines and cubic curves in units of the em square."""
        from fontTools.pens.basePen import DecomposingPen  # noqa: F401
        from fontTools.pens.recordingPen import DecomposingRecordingPen

        if number not in self.shapes:
            pen = _CubicPen(self.glyphs)
            self.glyphs[self.names[number]].draw(pen)
            self.shapes[number] = pen.steps
        return self.shapes[number]


def _cubic_pen():
    from fontTools.pens.basePen import BasePen

    class Pen(BasePen):
        def __init__(self, glyphs):
            super().__init__(glyphs)
            self.steps = []

        def _moveTo(self, p):
            self.steps.append(("move", (p,)))

        def _lineTo(self, p):
            self.steps.append(("line", (p,)))

        def _curveToOne(self, a, b, c):
            self.steps.append(("curve", (a, b, c)))

        def _closePath(self):
            self.steps.append(("close", ()))

    return Pen


_CubicPen = _cubic_pen()
_faces: dict[bytes, Face] = {}


def face(font: Any) -> Face:
    import hashlib

    if not hasattr(font, "face_"):
        key = hashlib.md5(font.file_content, usedforsecurity=False).digest()
        if key not in _faces:
            _faces[key] = Face(font.file_content)
        font.face_ = _faces[key]
    return font.face_
