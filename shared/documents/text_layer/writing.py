"""Writes one printed line into a page, so that four readers of PDFs give its text back in the order of speech.

They differ. Poppler goes by places on the page, turns Arabic round by the commoner direction of the page and takes a
figure or a sign at a line's end for the other direction. PDFium goes by places too, but turns round a whole row of a
table at once. MuPDF and pdf.js follow the stream; the one breaks the line, the other drops the space at a jump to the
left. So words of Arabic are written from left to right as they are drawn, the pieces of a line in the order of speech,
and marks of direction, which no reader shows, stand wherever one of the four would stray.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from shared.documents.text_layer import codes
from shared.documents.text_layer.order import Glyph, Token, ends_left, is_right, segments

LRM, RLM = "\u200e", "\u200f"
RIGHT_MARKS = RLM * 8
NUDGE = 0.01  # of the font size: what keeps a mark inside the piece it belongs to, for readers that go by places
SAME_LINE = 0.5  # of the font size: pieces further apart are other cells
SAME_ROW, NEXT_LINE = 0.7, 1.2  # points between base lines by CSS pixels of size: cells of a row, lines of a paragraph
SPACE = 0.12  # of the font size: room that readers take for a space
SMALLER = 0.97  # another size to pdf.js, the same to Poppler
OUTSIDE = -60.0  # left of the page, where PDFium alone reads
FILLED, UNSEEN = 0, 3  # how a PDF draws letters
Item = tuple[float, Any, int, str]


@dataclass
class TextState:
    """How far a page is written: the last piece's place in points, and what readers have seen of it."""

    left: float = 0.0
    right: float = 0.0
    base: float = 0.0
    size: float = 0.0
    rightwards: bool = False
    several: bool = False  # whether PDFium makes several pieces of it
    spaced: bool = False  # whether it ended with a space
    marked: bool = True  # whether it is part of a line from right to left
    written: bool = False
    parted: bool = True  # whether PDFium begins a line with what comes next
    parted_at: float = 0.0  # the line beside the page where the last two spaces stand
    balance: int = 0  # letters that run left, less those that run right
    font: Any = None


class LineWriter:
    """One line of one text box."""

    def __init__(self, stream: Any, base: float, rightwards: bool) -> None:
        if not hasattr(stream, "text_state"):
            stream.text_state = TextState()
        self.stream, self.base, self.rightwards = stream, base, rightwards
        self.text_state: TextState = stream.text_state
        self.shapes: list[Glyph] = []

    def write(self, pieces: Sequence[Token], text: str) -> list[Glyph]:
        """Writes them and returns the glyphs that are to be drawn as shapes."""
        state, first = self.text_state, pieces[0]
        size = first.glyphs[0].size
        left, right = min(one.left for one in pieces), max(one.right for one in pieces)
        (low, base), (high, _) = self._point(left), self._point(right)
        flow, gap = self._flow(low, high, base, size)
        step = abs(base - state.base) / max(size, state.size) if state.written else NEXT_LINE
        row = step < SAME_ROW
        if flow:
            self._level(base)
            base = state.base
        joined = state.spaced or text[0].isspace() or gap > SPACE * size * 0.75
        first.spaced = row and (not flow or (flow == "left" and joined))
        several = not self.rightwards and segments(text.strip()) > 1
        # Letters that reach above the line before are of that line to PDFium.
        if self._must_part(flow, several, text) if row else step < NEXT_LINE:
            self._part(first)
        if flow == "left" and not state.marked:
            self._mark_with_room(first, right - 2 * NUDGE * size)
        elif flow == "right" and (self.rightwards or state.rightwards):
            self._break_line(first, RLM if self.rightwards else LRM)
        state.marked = self.rightwards or flow == "left"
        if state.marked:
            self._write_rightwards(pieces, enclosed=flow == "left" and not self.rightwards and several)
        else:
            self._write_leftwards(pieces)
        state.left, state.right, state.base, state.size = low, high, base, size
        state.rightwards, state.several = self.rightwards, several
        state.spaced, state.written = text[-1].isspace(), True
        return self.shapes

    def _point(self, x: float) -> tuple[float, float]:
        point: tuple[float, float] = self.stream.ctm.transform_point(x, self.base)
        return point

    def _flow(self, left: float, right: float, base: float, size: float) -> tuple[str, float]:
        """On which side this piece goes on from the last one, if it does, and the room between them."""
        state = self.text_state
        if not state.written or abs(base - state.base) > 0.5:
            return "", 0.0
        gaps = {"left": abs(right - state.left), "right": abs(left - state.right)}
        side = min(gaps, key=lambda name: gaps[name])
        return (side, gaps[side]) if gaps[side] < SAME_LINE * size * 0.75 else ("", 0.0)

    def _level(self, base: float) -> None:
        """On the very line of the last piece, as PDFium takes a thousandth of a point for another line."""
        if not self.stream.ctm.values[1]:
            self.base -= (base - self.text_state.base) / self.stream.ctm.values[3]

    def _must_part(self, flow: str, several: bool, text: str) -> bool:
        """Whether PDFium would mix this piece up with the last one."""
        state = self.text_state
        if not flow:
            return True
        if flow == "left":
            return state.several or (several and not self.rightwards)
        return self.rightwards or state.rightwards or is_right(text)

    def _write_rightwards(self, pieces: Sequence[Token], enclosed: bool) -> None:
        for piece in pieces:
            if piece.spaced:
                self._write_space(piece)
            if piece.kind == "run" and (enclosed or segments(piece.text) > 1):
                self._write_enclosed(piece)
            elif piece.kind == "word":
                self._write_words(piece)
            else:
                self._write_sign(piece)

    def _write_space(self, piece: Token) -> None:
        """A space that pdf.js and MuPDF would lose at the jump to this piece, in the room to its right."""
        font, size = piece.glyphs[0].font, piece.glyphs[0].size
        x = piece.right + 6 * NUDGE * size
        self._write_text(font, size, self.base, [(x, font, codes.glyph_of(font, codes.THIN), f"{RLM} ")])
        self._mark(piece, LRM, x + NUDGE * size)

    def _write_sign(self, piece: Token) -> None:
        """Figures, brackets and other signs between marks: no neighbour takes them, PDFium turns no bracket round.

        PDFium sees spaces between two letters that take no room, so a mark before a single sign shares its glyph. One
        after it makes the sign run across: where columns are narrow, PDFium takes what is one letter for a line that
        runs down.
        """
        if piece.kind == "run":
            self._show(piece.glyphs, RLM, RLM)
        else:
            if piece.kind == "bracket" and self.text_state.parted:
                self._mark_with_room(piece, piece.right)
            seen = next(glyph for glyph in piece.glyphs if glyph.text)
            seen.text = f"{RLM}{seen.text}"
            self._show(piece.glyphs, after=LRM if piece.kind == "bracket" else RLM)
        self._mark(piece, LRM, piece.right - NUDGE * piece.glyphs[0].size)

    def _write_enclosed(self, piece: Token) -> None:
        """A run that PDFium would take apart has a line of PDFium's to itself."""
        nudge = NUDGE * piece.glyphs[0].size
        self._part(piece)
        self._mark(piece, RLM, piece.right + nudge)
        self._show(piece.glyphs)
        self._mark(piece, RLM, piece.left - nudge)
        self._mark(piece, LRM, piece.right - nudge)
        self._part(piece)

    def _write_words(self, piece: Token) -> None:
        """Arabic words; vowel marks of the last letter follow a little smaller, as pdf.js would give them away."""
        final, *others = [glyph for glyph in piece.glyphs if glyph.text]
        marks, final.marks = final.marks, ""
        self._show(piece.glyphs, after="" if others else RLM)
        self._mark(piece, LRM, piece.right - NUDGE * final.size)
        if marks:
            font, nudge = final.font, NUDGE * final.size
            items = [(final.left - 3 * nudge, font, codes.glyph_of(font, codes.THIN), RLM)]
            items += [(final.left - nudge, font, codes.glyph_of(font, codes.NOTHING), mark) for mark in marks]
            self._write_text(font, SMALLER * final.size, self.base, items)
            self._mark(piece, LRM, final.left - 2 * nudge)

    def _write_leftwards(self, pieces: Sequence[Token]) -> None:
        """A line from left to right, whose Arabic PDFium must read apart from the rest."""
        before = False
        for piece in pieces:
            words = piece.kind != "run"
            if words != before:
                self._part(piece)
                self._break_line(piece, RLM if words else LRM)
            before = words
            if words:
                self._write_rightwards([piece], enclosed=False)
            else:
                if piece is pieces[0] and piece.spaced:
                    seen = [glyph for glyph in piece.glyphs if glyph.text]
                    seen[0].text = f"{LRM} {seen[0].text}"
                self._show(piece.glyphs)
        if before:
            self._part(pieces[-1])
            self._break_line(pieces[-1], LRM, after=True)
        elif not ends_left(pieces[-1].text.rstrip() or "x"):
            self._mark(pieces[-1], LRM, pieces[-1].right)

    def _break_line(self, piece: Token, mark: str, after: bool = False) -> None:
        """A mark wide enough to cover what comes next, which then is another line to Poppler."""
        font, size = piece.glyphs[0].font, piece.glyphs[0].size
        space = codes.glyph_of(font, codes.SPACE)
        width = font.widths[space] * size / 1000
        start = (piece.right if after else piece.left) - NUDGE * size
        count = int(0.6 * size / width) + 1
        self._write_text(font, size, self.base, [(start + width * i, font, space, mark) for i in range(count)])
        self._mark(piece, LRM, start)

    def _mark(self, piece: Token, mark: str, x: float) -> None:
        """A mark of direction for Poppler and MuPDF; what takes no room PDFium does not read."""
        glyph = piece.glyphs[0]
        items = [(x, glyph.font, codes.glyph_of(glyph.font, codes.NOTHING), mark)]
        self._write_text(glyph.font, glyph.size, self.base, items)

    def _mark_with_room(self, piece: Token, x: float) -> None:
        """A mark to the right for PDFium as well, which counts directions and lets signs stick to figures."""
        font, size = piece.glyphs[0].font, piece.glyphs[0].size
        thin, nothing = codes.glyph_of(font, codes.THIN), codes.glyph_of(font, codes.NOTHING)
        after = x + font.widths[thin] * size / 1000
        self._write_text(font, size, self.base, [(x, font, thin, RLM), (after, font, nothing, RLM)])
        self._mark(piece, LRM, x + NUDGE * size)

    def _part(self, piece: Token) -> None:
        """Two spaces beside the page and off the line: PDFium begins a new line, the others do not see them.

        They stand off the last two as well, as PDFium would take both pairs for one, and the pieces between for a row.
        """
        state, glyph = self.text_state, piece.glyphs[0]
        if state.parted or self.stream.ctm.values[1]:
            return
        base = self.base + 3 * glyph.size
        if abs(base - state.parted_at) < 2 * glyph.size:
            base = state.parted_at + 2 * glyph.size
        space = codes.glyph_of(glyph.font, codes.SPACE)
        step = glyph.font.widths[space] * glyph.size / 1000
        items = [(OUTSIDE, glyph.font, space, " "), (OUTSIDE + step, glyph.font, space, " ")]
        self._write_text(glyph.font, glyph.size, base, items)
        state.parted, state.parted_at = True, base

    def _show(self, glyphs: Sequence[Glyph], before: str = "", after: str = "") -> None:
        """The glyphs with a mark at either side, reaching out a little so that PDFium sees no space beside them."""
        self.text_state.parted = False
        seen = [glyph for glyph in glyphs if glyph.text is not None]
        # Poppler takes a raised letter for a line of its own: it is drawn as a shape, and written unseen on the line.
        self.shapes += [glyph for glyph in glyphs if glyph.text is None or glyph.rise]
        font, size = seen[0].font, seen[0].size
        nothing, reach = codes.glyph_of(font, codes.NOTHING), NUDGE * size
        items: list[Item] = [(seen[0].left - 2 * reach, font, nothing, before)] if before else []
        for glyph, following in zip_longest(seen, seen[1:]):
            items += [(glyph.left, font, nothing, mark) for mark in glyph.marks]
            items.append((glyph.left, font, glyph.number, glyph.text or ""))
            if following is None and after:
                items.append((glyph.right - reach, font, nothing, after))
            if following is None or bool(following.rise) != bool(glyph.rise):
                self._write_text(font, size, self.base, items, unseen=bool(glyph.rise))
                items = []

    def _write_text(self, font: Any, size: float, base: float, items: Sequence[Item], unseen: bool = False) -> None:
        """Glyphs at their places, each with its meaning; `unseen` for readers alone."""
        if not items:
            return
        stream, state = self.stream, self.text_state
        if state.font is None:
            state.font = font
            codes.code(font, codes.glyph_of(font, codes.NOTHING), RIGHT_MARKS)
        stream.set_text_matrix(1, 0, 0, -1, items[0][0], base)
        stream.set_font_size(font.hash, size)
        pen, parts = items[0][0], ["<"]
        for left, _, number, text in items:
            if gap := round((pen - left) * 1000 / size):
                parts.append(f">{gap}<")
                pen -= gap * size / 1000
            parts.append(f"{codes.code(font, number, text):04x}")
            pen += font.widths[number] * size / 1000
            state.balance += sum(_side(letter) for letter in text)
        if unseen:
            stream.set_text_rendering(UNSEEN)
        stream.show_text("".join(parts) + ">")
        if unseen:
            stream.set_text_rendering(FILLED)


@lru_cache(maxsize=4096)
def _side(letter: str) -> int:
    kind = unicodedata.bidirectional(letter)
    return 1 if kind == "L" else -1 if kind in ("R", "AL") else 0
