"""The text of a drawn PDF: what readers copy, search and read aloud is what was written, letter for letter."""

from typing import Any

import pydyf

from shared.documents import tagging
from shared.documents.text_layer import codes, shaping
from shared.documents.text_layer.order import Glyph, tokens
from shared.documents.text_layer.writing import RIGHT_MARKS, LineWriter

_draw_first_line: Any = None


def install() -> None:
    """WeasyPrint's own drawing of a line gives each glyph the first meaning it meets; ours takes its place."""
    global _draw_first_line
    from weasyprint.draw import text

    if _draw_first_line is None:
        _draw_first_line, text.draw_first_line = text.draw_first_line, draw_line


def draw_line(stream: Any, textbox: Any, text_overflow: str, block_ellipsis: str, matrix: Any) -> list[Any]:
    """Draws the first line of a text box; lines beyond this module's means are left to WeasyPrint."""
    if not textbox.text.strip() or textbox.style["font_size"] < 1e-6:
        return []
    tagging.note(stream, textbox)
    left, base = matrix.values[4:]
    usual = text_overflow != "ellipsis" and block_ellipsis == "none"
    found = shaping.clusters(stream, textbox, left) if usual else None
    if found is None:
        emojis: list[Any] = _draw_first_line(stream, textbox, text_overflow, block_ellipsis, matrix)
        return emojis
    pieces = tokens(found)
    if pieces:
        writer = LineWriter(stream, base, textbox.style["direction"] == "rtl")
        _draw_shapes(stream, writer.write(pieces, textbox.text), writer.base)
    return []


def _draw_shapes(stream: Any, glyphs: list[Glyph], base: float) -> None:
    """Marks and other glyphs whose letters another glyph stands for."""
    if not glyphs:
        return
    stream.end_text()
    for glyph in glyphs:
        scale = glyph.size / glyph.font.upem
        for name, points in codes.shape(glyph.font, glyph.number):
            placed = [(round(glyph.left + x * scale, 3), round(base + glyph.rise - y * scale, 3)) for x, y in points]
            match name:
                case "moveTo":
                    stream.move_to(*placed[0])
                case "lineTo":
                    stream.line_to(*placed[0])
                case "curve":
                    stream.curve_to(*placed[0], *placed[1], *placed[2])
                case _:
                    stream.close()
        stream.fill()
    stream.begin_text()


def finish(document: Any, pdf: Any) -> None:
    """Makes each page one that runs right to left for Poppler, and tells which glyphs the further numbers name."""
    for page in [one for one in pdf.objects if getattr(one, "text_state", None)]:
        _outweigh_latin(page)
    fonts = {font.name: font for font in document.fonts.values()}
    for entry in [one for one in pdf.objects if isinstance(one, pydyf.Dictionary) and "CIDToGIDMap" in one]:
        if (content := codes.table(fonts[entry["BaseFont"]])) is not None:
            table = pydyf.Stream([content], compress=True)
            pdf.add_object(table)
            entry["CIDToGIDMap"] = table.reference


def _outweigh_latin(page: Any) -> None:
    """Poppler turns the lines of a page round by the direction that most of its letters have."""
    font, surplus = page.text_state.font, page.text_state.balance + len(RIGHT_MARKS) * 2
    if surplus > 0:
        number = codes.code(font, codes.glyph_of(font, codes.NOTHING), RIGHT_MARKS)
        marks = " -400 ".join([f"<{number:04x}>"] * (surplus // len(RIGHT_MARKS) + 1))
        page.stream.append(f"/Artifact BMC BT 1 0 0 -1 60 12 Tm /{font.hash} 8 Tf [{marks}] TJ ET EMC".encode())
