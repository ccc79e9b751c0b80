"""The numbers by which a PDF names glyphs: one for each glyph and meaning, as readers know one meaning for each."""

from functools import lru_cache, partial
from io import BytesIO
from typing import Any

# Letters whose glyphs are empty: one takes no room, one a tenth of the size, one that of a space.
NOTHING, THIN, SPACE = 0x200B, 0x200A, 0x0020
Step = tuple[str, tuple[tuple[float, float], ...]]


def code(font: Any, number: int, text: str) -> int:
    """The number of a glyph that stands for this text: its own for the first meaning, further ones after the last."""
    known, further = _numbers(font)
    if (number, text) not in known:
        chosen = number
        if number in font.to_unicode:
            chosen = font.glyph_count + len(further)
            further[chosen] = number
        known[number, text] = chosen
        font.to_unicode[chosen] = text
        font.widths[chosen] = font.widths[number]
    return known[number, text]


def _numbers(font: Any) -> tuple[dict[tuple[int, str], int], dict[int, int]]:
    if not hasattr(font, "text_codes"):
        font.text_codes = ({}, {})
        font.subset = partial(_subset, font, font.subset)
    found: tuple[dict[tuple[int, str], int], dict[int, int]] = font.text_codes
    return found


def _subset(font: Any, subset: Any, to_unicode: dict[int, str], hinting: bool) -> None:
    """Only glyphs are kept in the file, not the further numbers: each would cost a row in every table."""
    subset({number: text for number, text in to_unicode.items() if number < font.glyph_count}, hinting)


def glyph_of(font: Any, letter: int) -> int:
    """The glyph of a letter that the line itself does not hold, its width known to the font."""
    face = _face_of(font)
    number: int = face.glyph_of(letter)
    if number not in font.widths:
        font.widths[number] = face.width(number)
    return number


def table(font: Any) -> bytes | None:
    """Which glyph each number names, two bytes each; None where every number is its glyph's own."""
    numbers = _numbers(font)[1]
    if not numbers:
        return None
    return _identity_numbers(font.glyph_count) + b"".join(
        numbers[number].to_bytes(2, "big") for number in sorted(numbers)
    )


@lru_cache(maxsize=16)
def _identity_numbers(count: int) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in range(count))


def shape(font: Any, number: int) -> list[Step]:
    """A glyph's outline, as moves, lines and cubic curves in units of the em square."""
    return _face_of(font).shape(number)


class Face:
    """A font file as it was before its letters were chosen."""

    def __init__(self, content: bytes) -> None:
        from fontTools.ttLib import TTFont

        self.font = TTFont(BytesIO(content), lazy=True)
        self.letters = self.font.getBestCmap()
        self.names = self.font.getGlyphOrder()
        self.glyph_of = lru_cache(lambda letter: self.font.getGlyphID(self.letters[letter]))
        self.shape = lru_cache(self._shape)

    def width(self, number: int) -> int:
        """In thousandths of the font size."""
        width: int = round(self.font["hmtx"][self.names[number]][0] * 1000 / self.font["head"].unitsPerEm)
        return width

    def _shape(self, number: int) -> list[Step]:
        from fontTools.pens.recordingPen import DecomposingRecordingPen

        pen = DecomposingRecordingPen(self.font.getGlyphSet())
        self.font.getGlyphSet()[self.names[number]].draw(pen)
        return list(_cubic(pen.value))


def _cubic(steps: Any) -> Any:
    """TrueType's quadratic curves as the cubic ones a PDF knows."""
    from fontTools.pens.basePen import decomposeQuadraticSegment

    here = (0.0, 0.0)
    for name, points in steps:
        if name == "qCurveTo":
            for control, end in decomposeQuadraticSegment(points):
                yield "curve", (_towards(here, control), _towards(end, control), end)
                here = end
        else:
            yield name, points
            here = points[-1] if points else here


def _towards(point: tuple[float, float], control: tuple[float, float]) -> tuple[float, float]:
    return point[0] + (control[0] - point[0]) * 2 / 3, point[1] + (control[1] - point[1]) * 2 / 3


@lru_cache(maxsize=16)
def _face(content: bytes) -> Face:
    return Face(content)


def _face_of(font: Any) -> Face:
    if not hasattr(font, "text_face"):
        font.text_face = _face(font.file_content)
    face: Face = font.text_face
    return face
