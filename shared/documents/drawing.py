"""Turns a paper's HTML into a PDF; nothing it names is ever fetched, and the same HTML gives the same bytes."""

import atexit
import gc
import hashlib
import os
import queue
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from shared.documents import tagging, text_layer
from shared.documents.fonts import document_fonts
from shared.errors import Unavailable
from shared.settings import fonts_folder
from shared.values.digits import ascii_figures

STYLESHEET = Path(__file__).parent / "templates" / "print.css"
MAX_ENGINES = 2
ENGINE_TIMEOUT_SECONDS = 20
FONT = "font:"


@dataclass(frozen=True)
class _Engine:
    """Parsed sheet and loaded fonts, which cost four times a page; used by one thread at a time, as Pango asks."""

    fonts: Any
    sheet: Any
    page: Any

    def draw(self, html: str, identifier: bytes) -> bytes:
        text_layer.install()
        pdf: bytes = self.page(html).write_pdf(
            stylesheets=[self.sheet],
            font_config=self.fonts,
            pdf_variant="pdf/ua-1",
            pdf_identifier=identifier,
            finisher=_finish,
        )
        return pdf


def _finish(document: Any, pdf: Any) -> None:
    """Before WeasyPrint writes the file."""
    text_layer.finish(document, pdf)
    tagging.finish(pdf)
    _compress_once(pdf)


def _compress_once(pdf: Any) -> None:
    """The writer asks each stream twice for its bytes, the second time for the file's identifier."""
    import pydyf

    class Compressed(pydyf.Stream):  # type: ignore[misc]
        data = b""

    for place, stream in enumerate(pdf.objects):
        if isinstance(stream, pydyf.Stream):
            pdf.objects[place] = compressed = Compressed()
            compressed.number, compressed.data = stream.number, stream.data


_idle: "queue.LifoQueue[_Engine | None]" = queue.LifoQueue()


def _close_engines() -> None:
    """Lets go of Pango's objects while the libraries that free them still stand; left to the end they crash it."""
    while not _idle.empty():
        _idle.get_nowait()
    gc.collect()


def _fill_pool() -> None:
    for _ in range(MAX_ENGINES):
        _idle.put(None)


def _reset_in_child() -> None:
    """A fork has engines of its own; those it inherited must not take the parent's font files with them."""
    global _idle
    inherited, _idle = _idle, queue.LifoQueue()
    for engine in inherited.queue:
        if engine is not None:
            engine.fonts._folder = None
    _fill_pool()


_fill_pool()
os.register_at_fork(after_in_child=_reset_in_child)
atexit.register(_close_engines)


def render(html: str, identifier: bytes | None = None) -> bytes:
    """The PDF of one page of HTML, every figure as 0-9 whatever set it was typed in: a reader turns the others round.

    Raises Unavailable when Pango is missing, or when two are drawn and none ends.
    """
    html = ascii_figures(html)
    try:
        engine = _idle.get(timeout=ENGINE_TIMEOUT_SECONDS)
    except queue.Empty as error:
        raise Unavailable("pdf_busy") from error
    try:
        engine = engine or _engine()
        return engine.draw(html, hashlib.sha256(identifier or html.encode()).digest()[:16])
    finally:
        _idle.put(engine)


def is_available() -> bool:
    """Whether this machine can draw PDFs at all."""
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        return False
    return True


def _engine() -> _Engine:
    if not is_available():
        raise Unavailable("pdf_unavailable")
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    page, font_fetcher = _page_and_fetcher()
    fonts = FontConfiguration()
    sheet = CSS(string=STYLESHEET.read_text(), font_config=fonts, url_fetcher=font_fetcher)
    return _Engine(fonts, sheet, page)


def _page_and_fetcher() -> tuple[Any, Any]:
    """A page that fetches nothing, drawn by our own sheet alone; and a fetcher of that sheet's fonts by their names."""
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class Nothing(URLFetcher):  # type: ignore[misc]
        def fetch(self, *_: object) -> Any:
            raise ValueError("papers fetch nothing")

    class Fonts(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, *_: object) -> Any:
            return URLFetcherResponse(url, _fonts()[url.removeprefix(FONT)], {"Content-Type": "font/ttf"})

    class Page(HTML):  # type: ignore[misc]
        """A page without WeasyPrint's own sheet, whose rules each element would be tried for."""

        def __init__(self, html: str) -> None:
            super().__init__(string=html, url_fetcher=Nothing())

        def _ua_stylesheets(self, *_: object) -> list[Any]:
            return []

    return Page, Fonts()


@lru_cache(maxsize=1)
def _fonts() -> dict[str, bytes]:
    return document_fonts(fonts_folder())
