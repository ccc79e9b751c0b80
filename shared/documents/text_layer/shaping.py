"""What Pango shaped of one line, as clusters of letters and glyphs."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from shared.documents.text_layer.order import Cluster, Glyph


def clusters(stream: Any, textbox: Any, left: float) -> list[Cluster] | None:
    """The line of a text box from left to right, or None where a letter or a font is beyond this module."""
    from weasyprint.text.ffi import ffi, pango

    pango.pango_layout_set_single_paragraph_mode(textbox.pango_layout.layout, True)
    line, _ = textbox.pango_layout.get_first_line()
    text = textbox.pango_layout.text.encode()
    found: list[Cluster] = []
    run = line.runs[0]
    while run != ffi.NULL:
        item, run = run.data, run.next
        font, size = stream.add_font(item.item.analysis.font)
        if font.bitmap or font.png or font.svg or font.colr:
            return None
        for cluster in _of_run(stream, item, text, font, size, left):
            if cluster is None:
                return None
            left = cluster.end
            found.append(cluster)
    return found


def _of_run(stream: Any, item: Any, text: bytes, font: Any, size: float, left: float) -> Iterator[Any]:
    from weasyprint.text.ffi import FROM_UNITS, pango

    starts = list(item.glyphs.log_clusters[0 : item.glyphs.num_glyphs])
    bounds = sorted({*starts, item.item.length})
    ends = dict(pairwise(bounds))
    rightwards, offset = bool(item.item.analysis.level % 2), item.item.offset
    current: Cluster | None = None
    for start, info in zip(starts, item.glyphs.glyphs[0 : item.glyphs.num_glyphs], strict=True):
        if current is None or current.offset != offset + start:
            if current is not None:
                yield current
            letters = text[offset + start : offset + ends[start]].decode()
            current = Cluster(letters, rightwards, offset + start)
        width = info.geometry.width * FROM_UNITS
        if info.glyph & pango.PANGO_GLYPH_UNKNOWN_FLAG:
            yield None
            return
        if info.glyph != pango.PANGO_GLYPH_EMPTY:
            x, rise = info.geometry.x_offset * FROM_UNITS, info.geometry.y_offset * FROM_UNITS
            current.glyphs.append(Glyph(font, size, info.glyph, left + x, rise, width))
            _measure(stream, item.item.analysis.font, font, size, info.glyph)
        left += width
        current.end = left
    if current is not None:
        yield current


def _measure(stream: Any, pango_font: Any, font: Any, size: float, number: int) -> None:
    """The width that the font itself gives the glyph, in thousandths."""
    from weasyprint.text.ffi import FROM_UNITS, pango

    if number not in font.widths:
        pango.pango_font_get_glyph_extents(pango_font, number, stream.ink_rect, stream.logical_rect)
        font.widths[number] = round(stream.logical_rect.width * 1000 * FROM_UNITS / size)
