"""Draws the pages of a PDF as pictures: thumbnails, one page to read, or all pages of a file that is not safe."""

import io
import time
from collections.abc import Iterator
from contextlib import suppress

import pikepdf
import pypdfium2
from PIL import Image

from services.consular.uploads import rules
from services.consular.uploads.decoding.images import jpeg, thumbnail
from services.consular.uploads.decoding.result import Fault, File

POINTS_PER_INCH, RASTER_DPI, PAGE_QUALITY = 72, 150, 80
# Thumbnails that are not drawn by then are left out; the file itself is whole.
THUMBNAIL_SECONDS = 2.5


def open_pdf(data: bytes) -> pypdfium2.PdfDocument:
    """The document. Raises Fault when it cannot be drawn."""
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise Fault("file_unreadable") from error


def thumbnails(data: bytes) -> list[File]:
    """A thumbnail of each page, the first ones where time is short. Raises Fault when the first cannot be drawn."""
    until = time.monotonic() + THUMBNAIL_SECONDS
    files: list[File] = []
    document = open_pdf(data)
    for index in range(len(document)):
        if files and time.monotonic() > until:
            break
        try:
            files.append(thumbnail(draw(document, index, 2 * rules.THUMBNAIL_SIDE), index + 1))
        except pypdfium2.PdfiumError as error:
            if files:
                break
            raise Fault("file_unreadable") from error
    return files


def draw(document: pypdfium2.PdfDocument, index: int, side: int) -> Image.Image:
    """A page as a picture whose long side has so many pixels."""
    page = document[index]
    width, height = page.get_size()
    long_side = max(width, height, 1.0)
    image: Image.Image = page.render(scale=side / long_side, may_draw_forms=False).to_pil().convert("RGB")
    with suppress(pypdfium2.PdfiumError):
        page.close()
    return image


def draw_page(data: bytes, number: int) -> File:
    """One page of a PDF as a picture to read. Raises Fault."""
    document = open_pdf(data)
    if not 1 <= number <= len(document):
        raise Fault("file_unreadable")
    image = draw(document, number - 1, rules.PAGE_SIDE)
    return File("page", number, rules.JPEG, jpeg(image, PAGE_QUALITY), *image.size)


def rasterise(data: bytes) -> bytes:
    """A PDF of nothing but pictures of the pages. Raises Fault."""
    document = open_pdf(data)
    if len(document) > rules.LIMIT_PAGES:
        raise Fault("file_too_many_pages")
    rastered = pikepdf.new()
    for image in _pictures(document):
        content = pikepdf.Stream(rastered, jpeg(image, PAGE_QUALITY))
        content.Type, content.Subtype, content.Filter = pikepdf.Name.XObject, pikepdf.Name.Image, pikepdf.Name.DCTDecode
        content.Width, content.Height = image.size
        content.ColorSpace, content.BitsPerComponent = pikepdf.Name.DeviceRGB, 8
        width, height = (round(pixels * POINTS_PER_INCH / RASTER_DPI, 2) for pixels in image.size)
        rastered.add_blank_page(page_size=(width, height))
        page = rastered.pages[-1]
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=content))
        page.Contents = pikepdf.Stream(rastered, f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode())
    written = io.BytesIO()
    rastered.save(written)
    return written.getvalue()


def _pictures(document: pypdfium2.PdfDocument) -> Iterator[Image.Image]:
    for index in range(len(document)):
        width, height = document[index].get_size()
        inches = max(width, height) / POINTS_PER_INCH
        try:
            yield draw(document, index, min(round(inches * RASTER_DPI) or 1, rules.LONG_SIDE))
        except pypdfium2.PdfiumError as error:
            raise Fault("file_unreadable") from error
